"""A probe as it is written down: what is taken, and which sentence refuses the rest."""

from __future__ import annotations

import pytest

from loopview.domain.probe import Origin, Probe, details_of
from loopview.domain.probe_board import text_lines
from loopview.domain.probe_reader import ProbeRefused, own_probe, set_up, suggested_probe


def test_an_own_probe_has_everything():
    fields = {
        "command": ["df", "-h"], "timeout": 5, "expect_code": 1, "expect": "^/", "unconfined": True,
        "readable": ["/srv"], "about": "room on the disk",
    }  # fmt: skip
    assert own_probe("disk", fields) == Probe(
        "disk", Origin.OWN, "room on the disk", ("df", "-h"), "", 5, 1, "^/", unconfined=True, readable=("/srv",)
    )
    assert own_probe("disk", {"command": ["df"], "enabled": False}) is None


def test_a_suggestion_is_a_command_in_the_jail():
    found = suggested_probe("disk", {"command": ["df"], "about": "room"})
    assert (found.origin, found.unconfined, found.readable) == (Origin.SUGGESTED, False, ())
    for more in ({"unconfined": True}, {"readable": ["/"]}, {"entry_point": "x"}, {"enabled": True}):
        with pytest.raises(ProbeRefused, match="has no key"):
            suggested_probe("disk", {"command": ["df"], **more})


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("../etc", {"command": ["a"]}, "a name has"),
        ("a" * 41, {"command": ["a"]}, "a name has"),
        ("e\x1b[2J", {"command": ["a"]}, "a name has"),
        ("", {"command": ["a"]}, "a name has"),
        ("a", {}, "wants a command"),
        ("a", {"command": ["a"], "entry_point": "b"}, "not both"),
        ("a", {"command": "rm -rf"}, "list of at most"),
        ("a", {"command": [""]}, "list of at most"),
        ("a", {"command": ["a", 3]}, "list of at most"),
        ("a", {"command": ["a\0b"]}, "list of at most"),
        ("a", {"command": ["\udcff"]}, "list of at most"),
        ("a", {"command": ["a"] * 65}, "list of at most"),
        ("a", {"command": ["a"], "timeout": 0}, "timeout is not a whole number from 1 to 3600"),
        ("a", {"command": ["a"], "timeout": True}, "timeout is not"),
        ("a", {"command": ["a"], "expect_code": 256}, "expect_code is not"),
        ("a", {"command": ["a"], "expect": "("}, "no regular expression"),
        ("a", {"command": ["a"], "expect": "x" * 501}, "expect is not"),
        ("a", {"command": ["a"], "about": "a\nb"}, "about is not"),
        ("a", {"command": ["a"], "unconfined": "yes"}, "not true or false"),
        ("a", {"command": ["a"], "readable": ["relative"]}, "absolute"),
        ("a", {"command": ["a"], "sudo": True}, "has no key 'sudo'"),
    ],
)
def test_what_is_no_probe_is_said(name, fields, words):
    with pytest.raises(ProbeRefused, match=words):
        own_probe(name, fields)


@pytest.mark.parametrize("fields", [None, 3, "true", ["a"], {}])
def test_a_suggestion_that_is_none_is_said(fields):
    with pytest.raises(ProbeRefused):
        suggested_probe("a", fields)


def test_a_built_in_probe_is_set_up():
    probe = Probe("tool_use", Origin.BUILT_IN)
    assert set_up(probe, {}) == probe
    assert set_up(probe, {"timeout": 7, "unconfined": True}) == probe._replace(timeout=7, unconfined=True)
    assert set_up(probe, {"enabled": False}) is None
    assert set_up(probe, {"command": ["true"]}).origin is Origin.OWN
    with pytest.raises(ProbeRefused, match="no key"):
        set_up(probe, {"expect": "x"})
    with pytest.raises(ProbeRefused, match="no key 'unconfined'"):
        set_up(Probe("model", Origin.BUILT_IN), {"unconfined": True})


def test_every_part_of_a_text_is_in_its_digest_and_on_the_screen():
    base = {"command": ["df", "-h"], "timeout": 5, "expect_code": 1, "expect": "x", "about": "room"}
    probe = suggested_probe("disk", base)
    changes = {"command": ["df -h"], "timeout": 6, "expect_code": 2, "expect": "y", "about": "rooms"}
    for name, value in changes.items():
        other = suggested_probe("disk", base | {name: value})
        assert other.digest != probe.digest
        assert text_lines(other) != text_lines(probe)
    assert suggested_probe("disc", base).digest != probe.digest
    assert suggested_probe("disk", dict(reversed(base.items()))).digest == probe.digest
    assert probe._replace(missing="a reason").digest == probe.digest


def test_details_are_one_line_of_200_characters():
    assert details_of("a\n  b\tc\n") == "a b c"
    assert details_of("x" * 200) == "x" * 200
    assert details_of("x" * 201) == "x" * 199 + "…"
