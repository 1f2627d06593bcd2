"""Every way in which the record of a decision can be changed is found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from ledger_life import SUBJECT, decision, life

from loopview.domain.approval import digest
from loopview.domain.chain import line_of, link, read
from loopview.domain.change import Change
from loopview.guarded.audit_history import ANCHOR
from loopview.guarded.hardened import GitFailed
from loopview.guarded.signature import SigningFailed
from loopview.modify.audit import anchor, anchor_again, anchored, export, sign, verify
from loopview.modify.git_safety import Author, GitSafety
from loopview.modify.ledger import Ledger

sys.path.insert(0, str(Path(__file__).parent))
from hostile_repository import Canary, arm, plain_repository, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.chain import Record
    from loopview.modify.audit import Finding


class Stage(NamedTuple):
    """A repository in which two edits were published, and the ledger that says so."""

    root: Path
    git: GitSafety
    home: Path
    content: bytes
    commits: list[str]

    @property
    def records(self) -> list[Record]:
        return list(read(self.content).records)

    def verify(self, content: bytes) -> tuple[Finding, ...]:
        """What is found in another ledger's bytes."""
        place = self.home / "ledger.jsonl"
        place.write_bytes(content)
        place.chmod(0o600)
        return verify(Ledger(str(self.home)), self.git)

    def copy(self, to: Path) -> Stage:
        """The same in another place, to be spoiled."""
        shutil.copytree(self.root, to / "repo")
        shutil.copytree(self.home, to / "home")
        safety = GitSafety(str(to / "repo"), str(to / "private"))
        return self._replace(root=to / "repo", home=to / "home", git=safety)


def publish(root: Path, ledger: Ledger, git: GitSafety, key: str, text: str) -> str:
    """One edit from the proposal to the anchor; what the desk does, with git's own hands."""
    base = run(root, "rev-parse", "HEAD")
    (root / "kept.txt").write_text(text)
    run(root, "add", "kept.txt")
    tree = run(root, "write-tree")
    facts = {"base_commit": base, "base_tree": run(root, "rev-parse", "HEAD^{tree}"), "candidate_tree": tree}
    subject = SUBJECT._replace(**facts, nonce=key)
    events = life(key, subject)
    for event, fields in events[:9]:
        ledger.append(event, key, **fields)
    lines = {"Digest": digest(subject), "Ledger": ledger.head, "Tier": subject.tier}
    body = f"Edit\n\n> Loopview-Digest: {'0' * 64}\n\n"
    body += "".join(f"Loopview-{name}: {value}\n" for name, value in lines.items())
    commit = run(root, "commit-tree", tree, "-p", base, "-m", body)
    ledger.append("publishing", key, intent={"commit": commit, "tree": tree})
    run(root, "update-ref", "refs/heads/main", commit)
    ledger.append("published", key, commit=commit, ledger_head=ledger.head)
    anchor(git, ledger.head)
    return commit


def clock() -> Callable[[], str]:
    """Seconds from ten o'clock on, within the life of the subjects."""
    ticks = iter(range(1000))
    return lambda: f"2026-06-24T10:00:{next(ticks) % 60:02}+00:00"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    root, home = folder / "repo", folder / "home"
    plain_repository(root)
    git = GitSafety(str(root), str(folder / "private"))
    ledger = Ledger(str(home), clock=clock())
    ledger.append("trusted", "", executable=[])
    commits = [publish(root, ledger, git, key, text) for key, text in (("p1", "1\n"), ("p2", "2\n"))]
    return Stage(root, git, home, (home / "ledger.jsonl").read_bytes(), commits)


def serious(findings):
    return [each for each in findings if each.serious]


def rechained(records):
    """The bytes of records that are linked anew: a forger who knows how."""
    made = []
    for record in records:
        made.append(link(made[-1] if made else None, record.time, record.event, record.proposal, record.fields))
    return b"".join(line_of(record) for record in made)


def test_what_was_done_fits(stage):
    assert stage.verify(stage.content) == ()
    assert anchored(stage.git) == stage.records[-1].hash
    assert run(stage.root, "cat-file", "-t", ANCHOR) == "blob"
    assert "loopview" not in run(stage.root, "log", "--all", "--oneline").lower().replace("edit", "")


def test_a_flipped_byte_is_found(stage):
    for place in range(0, len(stage.content), len(stage.content) // 12):
        changed = bytearray(stage.content)
        changed[place] ^= 1
        assert serious(stage.verify(bytes(changed))), place


@pytest.mark.parametrize("place", range(0, 23, 3))
def test_records_that_are_dropped_doubled_or_swapped_are_found(stage, place):
    lines = stage.content.splitlines(keepends=True)
    assert len(lines) == 23
    for changed in (
        [*lines[:place], *lines[place + 1 :]],
        [*lines[: place + 1], *lines[place:]],
        [*lines[:place], *reversed(lines[place : place + 2]), *lines[place + 2 :]],
    ):
        if changed != lines:
            assert serious(stage.verify(b"".join(changed))), place


@pytest.mark.parametrize("kept", [0, 1, 11, 20, 22])
def test_a_missing_end_is_found(stage, kept):
    lines = stage.content.splitlines(keepends=True)
    found = stage.verify(b"".join(lines[:kept]))
    assert [each.kind for each in found if "records are gone" in each.what and each.serious] == ["anchor"]
    assert serious(stage.verify(b"".join(lines[:kept]) + lines[kept][:-20]))


def test_a_cut_line_feed_is_told(stage):
    assert [each.what for each in stage.verify(stage.content[:-1])] == ["the last line lacks its line feed"]


def test_a_ledger_that_is_gone_is_found(stage):
    stage.verify(stage.content)
    (stage.home / "ledger.jsonl").unlink()
    assert serious(verify(Ledger(str(stage.home)), stage.git))
    stage.home.joinpath("ledger.jsonl").symlink_to("/etc/passwd")
    assert [each.kind for each in verify(Ledger(str(stage.home)), stage.git)] == ["ledger"]
    stage.home.joinpath("ledger.jsonl").unlink()


def forgeries(records):
    """Records that say something else, each with what was changed."""
    for place, record in enumerate(records):
        yield f"without {record.seq}", [*records[:place], *records[place + 1 :]]
        yield (
            f"note in {record.seq}",
            [*records[:place], record._replace(fields={**record.fields, "x": 1}), *records[place + 1 :]],
        )
    decided = next(place for place, record in enumerate(records) if record.event == "merge-decided")
    other = {"decision": {**decision(), **records[decided].fields["decision"], "operator": "somebody else"}}
    yield "operator", [*records[:decided], records[decided]._replace(fields=other), *records[decided + 1 :]]


def test_a_forged_record_with_all_hashes_made_anew_is_found(stage):
    for name, records in list(forgeries(stage.records))[::5]:
        assert serious(stage.verify(rechained(records))), name


def test_a_forger_who_moves_the_anchor_too_is_found_by_the_commits(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    before_the_last_commit = len(stage.records) - 2
    for name, records in list(forgeries(stage.records[:before_the_last_commit]))[::4]:
        content = rechained([*records, *stage.records[before_the_last_commit:]])
        anchor(spoiled.git, read(content).head)
        found = serious(spoiled.verify(content))
        assert {"trailer", "order"} & {each.kind for each in found}, name


def test_a_publish_that_is_taken_out_of_the_record_is_found_in_the_history(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    content = rechained(stage.records[:-2])
    anchor(spoiled.git, read(content).head)
    assert [each.what for each in serious(spoiled.verify(content))] == [
        "it carries a digest that no record published"
    ]
    nothing = rechained(stage.records[:1])
    anchor(spoiled.git, read(nothing).head)
    found = spoiled.verify(nothing)
    assert serious(found) == []
    assert [each.where for each in found] == [f"commit {name[:12]}" for name in reversed(stage.commits)]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda stage: run(stage.root, "update-ref", "-d", ANCHOR), "it is gone"),
        (lambda stage: run(stage.root, "update-ref", ANCHOR, "HEAD"), "bad file"),
        (lambda stage: run(stage.root, "symbolic-ref", ANCHOR, "refs/heads/main"), "points to another reference"),
        (
            lambda stage: run(stage.root, "update-ref", ANCHOR, run(stage.root, "rev-parse", "HEAD:kept.txt")),
            "no head",
        ),
        (lambda stage: anchor(stage.git, stage.records[11].hash), "older than the last publish"),
        (lambda stage: anchor(stage.git, "0" * 63 + "1"), "not in the ledger"),
    ],
    ids=["deleted", "a commit", "symbolic", "another blob", "moved back", "a stranger"],
)
def test_a_moved_anchor_is_found(stage, tmp_path, spoil, what):
    spoiled = stage.copy(tmp_path)
    spoil(spoiled)
    found = spoiled.verify(stage.content)
    assert [(each.kind, each.serious) for each in found] == [("anchor", True)]
    assert what in found[0].what


def test_a_symbolic_anchor_moves_nothing_else(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    run(spoiled.root, "symbolic-ref", ANCHOR, "refs/heads/main")
    main = run(spoiled.root, "rev-parse", "main")
    with suppress(GitFailed):
        anchor(spoiled.git, "f" * 64)
    assert run(spoiled.root, "rev-parse", "main") == main


def amended(stage: Stage, **changes: str) -> bytes:
    """The last publish made again with another commit, in the repository and in a ledger that knows no better."""
    old = stage.commits[-1]
    facts = {
        "tree": f"{old}^{{tree}}",
        "parent": f"{old}^",
        "message": run(stage.root, "log", "-1", "--format=%B", old),
    } | changes
    new = run(stage.root, "commit-tree", facts["tree"], "-p", facts["parent"], "-m", facts["message"])
    run(stage.root, "update-ref", "refs/heads/main", new)
    told = [json.loads(json.dumps(record.fields).replace(old, new)) for record in stage.records]
    content = rechained([record._replace(fields=each) for record, each in zip(stage.records, told, strict=True)])
    anchor(stage.git, read(content).head)
    return content


def test_another_commit_in_the_place_of_the_published_one_is_found(stage, tmp_path):
    message = run(stage.root, "log", "-1", "--format=%B", stage.commits[-1])
    whole, head = digest(SUBJECT), stage.records[-1].hash
    lines = dict(line.split(": ") for line in message.splitlines() if line.startswith("Loopview"))
    cases = {
        "tree is not the one": {"tree": "HEAD~1^{tree}"},
        "parent is not the base": {"parent": "HEAD~2"},
        "Loopview-Digest": {"message": message.replace(lines["Loopview-Digest"], whole)},
        "Loopview-Ledger": {"message": message.replace(lines["Loopview-Ledger"], head)},
        "Loopview-Tier": {"message": message.replace("Loopview-Tier: T2", "Loopview-Tier: T4")},
        "its Loopview-Digest": {"message": "Edit\n\nno trailers"},
        "the digest that was confirmed": {"message": f"{message}\nLoopview-Digest: {whole}"},
    }
    for number, (what, changes) in enumerate(cases.items()):
        spoiled = stage.copy(tmp_path / str(number))
        found = spoiled.verify(amended(spoiled, **changes))
        assert any(what in each.what and each.serious for each in found), what


def test_a_commit_that_is_gone_is_found(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    name = stage.commits[0]
    (spoiled.root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    assert any("cannot be looked at" in each.what for each in serious(spoiled.verify(stage.content)))


def test_newer_records_are_told_until_they_are_anchored(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    ledger = Ledger(str(spoiled.home), clock=lambda: "2026-06-24T11:00:00+00:00")
    (spoiled.home / "ledger.jsonl").write_bytes(stage.content)
    for event, fields in life("p3")[:2]:
        ledger.append(event, "p3", **fields)
    found = verify(ledger, spoiled.git)
    assert [(each.what, each.serious) for each in found] == [("2 newer records are held by no anchor yet", False)]
    anchor(spoiled.git, ledger.head)
    assert verify(ledger, spoiled.git) == ()
    ledger.append("published", "p3", commit=stage.commits[0])
    ledger.append("rejected", "p1", reason="too late")
    assert [each.where for each in serious(verify(ledger, spoiled.git))][:2] == [
        "record 26 (published)",
        "record 27 (rejected)",
    ]


def test_an_anchor_that_a_dead_console_did_not_set_is_set_once(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    (spoiled.home / "ledger.jsonl").write_bytes(stage.content)
    ledger = Ledger(str(spoiled.home))
    assert not anchor_again(ledger, spoiled.git)
    anchor(spoiled.git, stage.records[12].hash)
    assert serious(verify(ledger, spoiled.git))
    assert anchor_again(ledger, spoiled.git)
    assert verify(ledger, spoiled.git) == ()
    anchor(spoiled.git, stage.records[3].hash)
    assert not anchor_again(ledger, spoiled.git)
    anchor(spoiled.git, "0" * 63 + "1")
    assert not anchor_again(ledger, spoiled.git)


def test_what_is_published_for_real_fits(tmp_path):
    root = tmp_path / "repo"
    plain_repository(root)
    git = GitSafety(str(root), str(tmp_path / "private"))
    ledger = Ledger(str(tmp_path / "home"), clock=clock())
    made = git.candidate(run(root, "rev-parse", "HEAD"), [Change("kept.txt", b"1\n")])
    facts = {"base_commit": made.base_commit, "base_tree": made.base_tree, "candidate_tree": made.tree}
    subject = SUBJECT._replace(**facts, files=made.files, repository=git.repository.identity)
    for event, fields in life("p1", subject)[:9]:
        ledger.append(event, "p1", **fields)
    published = git.publish(
        made,
        target_ref="refs/heads/main",
        message=f"Edit\n\nLoopview-Digest: {digest(subject)}\nLoopview-Ledger: {ledger.head}\n",
        author=Author("Ada", "ada@b.example"),
        proposal="p1",
        intend=lambda intent: ledger.append("publishing", "p1", intent=intent.as_record()),
    )
    ledger.append("published", "p1", commit=published.commit, ledger_head=ledger.head)
    assert [each.what for each in serious(verify(ledger, git))] == ["it is gone, and something was published"]
    anchor(git, ledger.head)
    assert verify(ledger, git) == ()
    assert run(root, "status", "--porcelain") == ""


def test_an_unfinished_publish_is_told(stage):
    findings = stage.verify(b"".join(stage.content.splitlines(keepends=True)[:-1]))
    assert any("has no outcome on record yet" in each.what for each in findings)


def test_a_line_that_was_sealed_and_a_clock_that_went_back_are_told(stage, tmp_path):
    spoiled = stage.copy(tmp_path)
    (spoiled.home / "ledger.jsonl").write_bytes(stage.content + b'{"cut')
    told = [each.what for each in verify(Ledger(str(spoiled.home)), spoiled.git)]
    assert told == ["the last line was cut off (5 bytes)"]
    ledger = Ledger(str(spoiled.home), clock=lambda: "2026-06-24T09:00:00+00:00")
    anchor(spoiled.git, ledger.append("trusted", "").hash)
    told = [(each.what, each.serious) for each in verify(ledger, spoiled.git)]
    assert told == [
        ("a line that was cut off was sealed (5 bytes)", False),
        ("the clock was set back before it", False),
    ]


def test_anchoring_runs_nothing_of_the_repository(tmp_path):
    root = tmp_path / "repo"
    plain_repository(root)
    canary = Canary(tmp_path)
    arm(root, canary)
    canary.sung.unlink(missing_ok=True)
    git = GitSafety(str(root), str(tmp_path / "private"))
    ledger = Ledger(str(tmp_path / "home"))
    for number in range(2):
        anchor(git, ledger.append("trusted", "", number=number).hash)
    assert verify(ledger, git) == ()
    assert canary.words == ""


def test_statements_say_what_was_published_and_on_whose_word(stage):
    lines = export(stage.records).splitlines()
    first, second = map(json.loads, lines)
    assert export(stage.records).isascii()
    assert [each["subject"][0]["digest"]["gitCommit"] for each in (first, second)] == stage.commits
    assert first["_type"] == "https://in-toto.io/Statement/v1"
    assert first["subject"][1]["digest"]["gitTree"] == run(stage.root, "rev-parse", f"{stage.commits[0]}^{{tree}}")
    said = second["predicate"]
    assert (said["decision"]["operator"], said["decision"]["typed"]) == ("op", said["digest"]["sha256"][:8])
    assert (said["tier"], said["model"], said["evidence"]["verdict"]) == ("T2", "ollama/m", "passed")
    assert export(stage.records[:5]) == b""


def test_statements_can_be_signed_by_a_key_that_the_operator_names(stage, tmp_path):
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    key, locked, file = tmp_path / "key", tmp_path / "locked", tmp_path / "statements.jsonl"
    for path, phrase in ((key, ""), (locked, "secret")):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-f", str(path)], check=True)
    file.write_bytes(export(stage.records))
    with pytest.raises(SigningFailed, match=r"passphrase|failed"):
        sign(str(file), str(locked))
    signature = sign(str(file), str(key))
    allowed = tmp_path / "allowed"
    allowed.write_text(f"op {key.with_suffix('.pub').read_text()}")
    check = ["ssh-keygen", "-Y", "verify", "-I", "op", "-n", "loopview", "-f", str(allowed), "-s", signature]
    assert subprocess.run(check, input=file.read_bytes(), capture_output=True, check=False).returncode == 0
    assert subprocess.run(check, input=b"other", capture_output=True, check=False).returncode != 0
    with pytest.raises(SigningFailed, match="there already"):
        sign(str(file), str(key))
    with pytest.raises(SigningFailed):
        sign(str(tmp_path / "missing"), str(tmp_path / "missing-key"))
