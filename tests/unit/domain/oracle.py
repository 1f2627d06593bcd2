"""The rules of the first generation, restated as plainly as can be for rows that are well formed: what parity means."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

WORDS = ["error", "fail", "assert", "exception", "traceback", "panic", "fatal", "undefined", "cannot", "unexpected"]
SIGNALS = [*WORDS, "not found", "\u2717", "\u2718", "\u00d7"]


def fingerprint(text):
    if text.strip() == "":
        return ""
    lines = text.splitlines()
    chosen = [line.strip() for line in lines if any(re.search(word, line, re.IGNORECASE) for word in SIGNALS)]
    if not chosen:
        chosen = [line.strip() for line in text.splitlines() if line.strip() != ""]
        chosen = chosen[-5:]
    joined = "\n".join(chosen[:20]).lower()
    joined = re.sub(r"0x[0-9a-fA-F]+", "0xADDR", joined)
    joined = re.sub(r"\b[0-9a-f]{7,40}\b", "HEX", joined)
    joined = re.sub(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}:\d{2}\S*", "TS", joined, flags=re.IGNORECASE)
    joined = re.sub(r"(:|line )\s*\d+(:\d+)?", r"\1N", joined)
    joined = re.sub(r"[/\\][\w./\\-]+/(\w+\.\w+)", r"PATH/\1", joined)
    joined = re.sub(r"0\.\d+s|\d+(\.\d+)?\s*(ms|s|sec|seconds)", "DUR", joined, flags=re.IGNORECASE)
    joined = re.sub(r"\b\d+\b", "N", joined)
    joined = re.sub(r"\s+", " ", joined)
    return hashlib.sha1(joined.strip().encode("utf-8")).hexdigest()[:12]


def stall(rows, k):
    quiet = {"verdict": "PROGRESS", "stall_count": 0, "fingerprint": "", "recommend": "continue", "dead_ends": []}
    if len(rows) == 0:
        return quiet
    mark = rows[-1].get("fingerprint", "")
    if rows[-1]["gate"] == "pass" or not mark:
        return quiet | {"fingerprint": mark}
    same = [row["gate"] != "pass" and row.get("fingerprint") == mark for row in rows]
    streak = 0
    while streak < len(rows) and same[len(rows) - 1 - streak]:
        streak += 1
    actions = [(row.get("action") or "").strip() for row, alike in zip(rows, same, strict=True) if alike]
    dead = sorted({action for action in actions if action and actions.count(action) > 1})
    recommend = "continue" if streak < k else "switch-strategy" if streak == k else "escalate"
    return {
        "verdict": "STALLED" if streak >= k else "PROGRESS",
        "stall_count": streak,
        "fingerprint": mark,
        "recommend": recommend,
        "dead_ends": dead,
    }


def moment(written):
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def window(rows):
    durations = [row["duration"] for row in rows if row.get("duration", 0) > 0]
    return {
        "count": len(rows),
        "success_rate": round(sum(1 for row in rows if row.get("success")) / len(rows), 3) if rows else None,
        "avg_duration": round(sum(durations) / len(durations)) if durations else None,
        "lines_net": sum(row.get("lines_added", 0) - row.get("lines_removed", 0) for row in rows),
        "prs_merged": sum(1 for row in rows if row.get("pr")),
    }


def trends(cycles, now):
    def since(days):
        return [
            row for row in cycles if row.get("timestamp") and moment(row["timestamp"]) >= now - timedelta(days=days)
        ]

    recent = since(7)
    names = {(row.get("cycle"), row.get("timestamp")) for row in recent}
    previous = [row for row in since(14) if (row.get("cycle"), row.get("timestamp")) not in names]
    found = {"recent_7d": window(recent), "previous_7d": window(previous)}
    found |= {"velocity_change": None, "success_rate_change": None, "duration_change": None}
    new, old = found["recent_7d"], found["previous_7d"]
    if recent and previous:
        found["velocity_change"] = new["count"] - old["count"]
        found["success_rate_change"] = round(new["success_rate"] - old["success_rate"], 3)
        if new["avg_duration"] is not None and old["avg_duration"] is not None:
            found["duration_change"] = new["avg_duration"] - old["avg_duration"]
    return found


def by_type(cycles):
    found = {}
    for name in dict.fromkeys(row.get("type", "unknown") for row in cycles):
        rows = [row for row in cycles if row.get("type", "unknown") == name]
        durations = [row["duration"] for row in rows if row.get("duration", 0) > 0]
        found[name] = {
            "count": len(rows),
            "success_rate": round(len([row for row in rows if row.get("success")]) / len(rows), 3),
            "avg_duration": round(sum(durations) / len(durations)) if durations else 0,
            "max_duration": max(durations) if durations else 0,
        }
    return found


def repeat_failures(cycles):
    failed = {}
    for row in cycles:
        if row.get("issue") and not row.get("success"):
            attempt = {
                "cycle": row.get("cycle"),
                "reason": row.get("reason", ""),
                "duration": row.get("duration", 0),
            }
            failed.setdefault(row["issue"], []).append(attempt)
    many = [(issue, attempts) for issue, attempts in failed.items() if len(attempts) >= 2]
    many.sort(key=lambda pair: len(pair[1]), reverse=True)
    return [{"issue": issue, "failure_count": len(found), "attempts": found} for issue, found in many]


def outliers(cycles):
    durations = [row["duration"] for row in cycles if row.get("duration", 0) > 0]
    if len(durations) < 5:
        return []
    mean = sum(durations) / len(durations)
    return [
        {
            "cycle": row.get("cycle"),
            "issue": row.get("issue"),
            "type": row.get("type"),
            "duration": row["duration"],
            "avg_duration": round(mean),
            "multiple": round(row["duration"] / mean, 1),
            "reason": row.get("reason", ""),
        }
        for row in cycles
        if row.get("duration", 0) > 3 * mean
    ]


def triage(runs):
    if not runs:
        return {"runs": 0, "note": "No deep triage data yet"}
    words = [run["timmy_feedback"][:200] for run in runs if run.get("timmy_feedback")]
    return {
        "runs": len(runs),
        "total_reviewed": sum(run.get("issues_reviewed", 0) for run in runs),
        "total_refined": sum(len(run.get("issues_refined", [])) for run in runs),
        "total_created": sum(len(run.get("issues_created", [])) for run in runs),
        "total_closed": sum(len(run.get("issues_closed", [])) for run in runs),
        "timmy_consultation_rate": round(sum(1 for run in runs if run.get("timmy_available")) / len(runs), 2),
        "timmy_recent_feedback": words[-1] if words else "",
        "timmy_feedback_history": words,
    }


def findings(trend, types, repeats, wild, runs):
    found = []

    def say(severity, category, finding):
        found.append((severity, category, finding))

    rate, velocity, slower = trend["success_rate_change"], trend["velocity_change"], trend["duration_change"]
    if rate is not None and rate < -0.1:
        say("high", "reliability", f"Success rate dropped {abs(rate) * 100:.0f}pp in the last 7 days")
    if velocity is not None and velocity < -5:
        say("medium", "throughput", f"Velocity dropped by {abs(velocity)} cycles vs previous week")
    if slower is not None and slower > 120:
        say("medium", "efficiency", f"Average cycle duration increased by {slower}s vs previous week")
    for name, one in types.items():
        if one["count"] >= 3 and one["success_rate"] < 0.5:
            percent = (1 - one["success_rate"]) * 100
            say(
                "high",
                "type_reliability",
                f"'{name}' issues fail {percent:.0f}% of the time ({one['count']} attempts)",
            )
        if one["count"] >= 3 and one["avg_duration"] > 600:
            minutes, seconds = one["avg_duration"] // 60, one["avg_duration"] % 60
            longest = one["max_duration"] // 60
            say("medium", "type_efficiency", f"'{name}' issues average {minutes}m{seconds}s (max {longest}m)")
    for one in repeats[:3]:
        say("high", "repeat_failure", f"Issue #{one['issue']} has failed {one['failure_count']} times")
    if len(wild) > 2:
        say("medium", "outliers", f"{len(wild)} cycles took {wild[0]['multiple']}x+ longer than average")
    if trend["recent_7d"]["lines_net"] > 500:
        say("low", "code_health", f"Net +{trend['recent_7d']['lines_net']} lines added in the last 7 days")
    if not runs:
        say("high", "triage", "Deep triage has never run")
    return found or [("info", "health", "No significant issues detected")]


def introspect(cycles, runs, now):
    trend, types, repeats, wild = trends(cycles, now), by_type(cycles), repeat_failures(cycles), outliers(cycles)
    return {
        "generated_at": now.isoformat(),
        "total_cycles_analyzed": len(cycles),
        "trends": trend,
        "by_type": types,
        "repeat_failures": repeats[:5],
        "duration_outliers": wild[:5],
        "triage_effectiveness": triage(runs),
        "recommendations": findings(trend, types, repeats, wild, runs),
    }
