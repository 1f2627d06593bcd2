"""``loopview audit``: is the record of decisions whole, and the same in other tools' form; what the loop claims."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.cli.arguments import add_json
from loopview.cli.desk import add_desk, opened
from loopview.cli.exits import Exit, Stop, mention
from loopview.cli.output import say, say_json
from loopview.domain.counted import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from loopview.engine.desk.desk import Desk


def audit_options(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("log", "verify", "export", "claims"),
        default="log",
        help="log: what was decided and done; claims: what the loop claims and git does not show",
    )
    parser.add_argument("--verify", action="store_true", help="the same as verify")
    parser.add_argument("--to", metavar="FILE", help="with export: a new file; otherwise standard output")
    parser.add_argument("--sign", metavar="KEY", help="with export --to: sign it with this ssh key of yours")
    parser.add_argument("-n", type=int, default=40, metavar="N", help="with log: the newest N records")
    add_desk(parser)
    add_json(parser)


def audit(options: Namespace) -> int:
    """Do what is asked; 1 when something does not fit."""
    if options.action == "claims":
        from loopview.cli.claims import claims

        return claims(options)
    with opened(options) as desk:
        if options.verify or options.action == "verify":
            return _verify(desk, options)
        return _export(desk, options) if options.action == "export" else _log(desk, options)


def _verify(desk: Desk, options: Namespace) -> int:
    findings = desk.findings()
    records = len(desk.office.ledger.records())
    wrong = [each for each in findings if each.serious]
    if options.json:
        say_json({"ok": not wrong, "records": records, "findings": [each._asdict() for each in findings]})
    else:
        say(f"{'✗' if each.serious else '·'} {each.kind:<8} {each.where}: {each.what}" for each in findings)
        verdict = f"{len(wrong)} things do not fit" if len(wrong) > 1 else "one thing does not fit"
        say([f"{counted(records, 'record')}: {verdict if wrong else 'everything fits'}"])
    return Exit.FAILED if wrong else Exit.OK


def _log(desk: Desk, options: Namespace) -> int:
    records = desk.office.ledger.records()[-max(options.n, 1) :]
    if options.json:
        say_json({"records": [record._asdict() for record in records]})
        return Exit.OK
    say(
        f"{record.seq:>5} {record.time[:19].replace('T', ' ')}  {record.event:<14} {record.proposal:<12} "
        f"{_about(record.fields)}".rstrip()
        for record in records
    )
    if not records:
        say(["nothing was decided here yet"])
    return Exit.OK


def _about(fields: Mapping[str, object]) -> str:
    """What a record is about, in a few words: a reason, a commit, a digest, who decided."""
    decision = fields.get("decision")
    who = f"by {decision.get('operator')} at {decision.get('host')}" if isinstance(decision, dict) else ""
    named = next(
        (str(fields[name]) for name in ("reason", "commit", "digest", "verdict", "by") if fields.get(name)), ""
    )
    return " ".join(part for part in (named, who) if part)


def _export(desk: Desk, options: Namespace) -> int:
    content = desk.statements()
    if not options.to:
        say(content.decode("ascii").splitlines())
        return Exit.OK
    try:
        descriptor = os.open(options.to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Stop(Exit.REFUSED, f"{options.to} is there already", "name a new file") from None
    except OSError as error:
        raise Stop(Exit.FAILED, f"{options.to}: {error.strerror}", "name a file in a directory of yours") from None
    with open(descriptor, "wb") as file:
        file.write(content)
    if options.sign:
        mention([f"signature: {desk.sign(options.to, options.sign)}"])
    return Exit.OK
