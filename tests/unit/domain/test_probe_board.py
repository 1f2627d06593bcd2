"""The board of probes, from rows alone: what stands in a row of it, whatever stands in the rows of the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.probe import Origin, Probe
from loopview.domain.probe_board import NEWEST, Board, Known, board_of
from loopview.domain.probe_rules import Start

NOW = datetime(2026, 6, 26, 14, 5, tzinfo=UTC)

TOOL = Probe("tool", Origin.BUILT_IN, "runs a tool")
STAND_IN = Probe("econ", Origin.BUILT_IN, placeholder=True)
IDEA = Probe("idea", Origin.SUGGESTED, command=("true",))
MODEL = Probe("model", Origin.BUILT_IN, missing="no model is configured")


def row(name: str, success: object, minute: int, **more: object) -> dict[str, object]:
    stamp = (NOW - timedelta(minutes=minute)).isoformat()
    return {"timestamp": stamp, "capability": name, "success": success, "details": f"at {minute}", **more}


def board(
    results=(), *, proposals=(), starts=(), trusted=(), probes=(TOOL, STAND_IN, IDEA, MODEL), per_hour=10
) -> Board:
    known = Known(probes, results, proposals, starts, trusted, "", ())
    return board_of(known, 3, per_hour, NOW)


def test_a_capability_that_fails_says_since_when_and_of_what():
    results = [
        row("tool", True, 60),
        row("tool", False, 50, error_type="OSError"),
        row("tool", False, 40, error_type="TimeoutError"),
        row("tool", False, 30, error_type="TimeoutError"),
    ]
    found = board(results).rows[0]
    assert (found.status, found.streak) == ("red", 3)
    assert found.failing_since == NOW - timedelta(minutes=50)
    assert found.last_failure == found.last_run == NOW - timedelta(minutes=30)
    assert found.last_success == NOW - timedelta(minutes=60)
    assert found.error_types == (("TimeoutError", 2), ("OSError", 1))
    assert [each.details for each in found.results] == ["at 30", "at 40", "at 50", "at 60"]
    assert board(results).overall == "red"


def test_a_placeholder_is_never_green_and_counts_for_nothing():
    found = board([row("econ", True, minute, placeholder=True) for minute in (9, 5, 1)])
    assert (found.rows[1].status, found.rows[1].last_success) == ("placeholder", None)
    assert found.overall == "unknown"
    assert board().rows[1].status == "placeholder", "also before it ever ran"


def test_what_only_the_loop_runs_is_seen():
    found = board([row("theirs", True, 5)]).rows[-1]
    assert (found.name, found.origin, found.runnable, found.digest) == ("theirs", Origin.SEEN, False, "")
    assert found.next_due is None


def test_a_suggestion_waits_for_trust_in_exactly_its_text():
    found = board().rows[2]
    assert (found.runnable, found.trusted, found.next_due) == (False, False, None)
    assert "not trusted" in found.why_not
    found = board(trusted={IDEA.digest}).rows[2]
    assert (found.runnable, found.trusted, found.why_not) == (True, True, "")
    other = IDEA._replace(command=("false",))
    assert not board(trusted={IDEA.digest}, probes=(other,)).rows[0].trusted


def test_what_is_not_configured_has_no_turn():
    found = board()
    assert (found.rows[3].runnable, found.rows[3].why_not) == (False, "no model is configured")
    assert found.next_name == "tool"
    assert [each.next_due for each in found.rows] == [NOW, NOW + timedelta(minutes=6), None, None]


def test_the_budget_is_that_of_the_last_hour():
    starts = [Start("tool", NOW - timedelta(minutes=minutes)) for minutes in (90, 2)]
    found = board(starts=starts)
    assert (found.left, found.next_name) == (9, "econ")
    assert found.next_due == NOW + timedelta(minutes=4)
    assert board(per_hour=0).next_due is None


def test_the_newest_proposal_about_it_is_named_with_what_became_of_it():
    title = "Stabilize tool: self-test failing 3x in a row"
    filed = {"id": "E-1", "title": title, "priority": "high", "status": "proposed", "timestamp": NOW.isoformat()}
    proposals = [filed, {"id": "E-2", "title": "another"}, {"id": "E-1", "title": title, "status": "rejected"}]
    found = board(proposals=proposals).rows
    assert found[0].filed == ("E-1", title, NOW, "high", "rejected")
    assert found[1].filed is None


def test_a_board_shows_no_more_than_it_has_room_for():
    found = board([row("tool", True, minute) for minute in range(100, 0, -1)]).rows[0]
    assert len(found.results) == NEWEST
    assert found.results[0].details == "at 1"


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2),
)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                [
                    "timestamp",
                    "capability",
                    "success",
                    "details",
                    "error_type",
                    "duration",
                    "placeholder",
                    "id",
                    "title",
                ]
            ),
            ANY | st.just("tool"),
        ),
        max_size=6,
    )
)
def test_no_row_breaks_the_board(rows):
    found = board(rows, proposals=rows)
    assert found.rows[0].name == "tool"
