"""Old SQLite journals are brought over once, and a hostile database does no harm."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from loopview.modify import old_journal
from loopview.modify.modification_journal import ModificationJournal, Outcome
from loopview.modify.old_journal import NotImported

WHOLE = """create table modification_journal (
    id integer primary key autoincrement, timestamp text not null, task_description text not null, approach text,
    files_modified json, diff text, test_results text, outcome text, failure_analysis text, reflection text,
    retry_count integer default 0, embedding blob)"""


def database(path, *statements, rows=()):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into modification_journal ({names}) values ({marks})", tuple(row.values()))
        connection.commit()
    return str(path)


def test_an_old_journal_is_imported_once(tmp_path):
    rows = [
        {"timestamp": "2026-02-15 10:00:00.123", "task_description": "Add division method to calculator", "approach": "a",
         "files_modified": '["src/calculator.py", "x.py"]', "diff": "-a\n+b", "test_results": "ok", "outcome": "success",
         "failure_analysis": None, "reflection": "learned", "retry_count": 2, "embedding": b"\0" * 5000},
        {"timestamp": "2026-02-16T10:00:00+02:00", "task_description": "Other", "outcome": "rollback", "files_modified": "a.py, b.py"},
        {"timestamp": "garbage", "task_description": b"bytes \xff", "outcome": "unheard of", "files_modified": b"[]"},
    ]  # fmt: skip
    path = database(tmp_path / "old.db", WHOLE, rows=rows)
    before = sorted(tmp_path.iterdir()), (tmp_path / "old.db").read_bytes()
    journal = ModificationJournal(str(tmp_path / "root"))
    (tmp_path / "root").mkdir()
    assert journal.import_old(path) == (3, 0, 0, "")
    assert journal.import_old(path) == (0, 3, 0, "")
    assert (tmp_path / "old.db").read_bytes() == before[1]
    assert sorted(set(tmp_path.iterdir()) - {tmp_path / "root"}) == before[0]
    (first,) = journal.find_similar("Add modulo operation to calculator")
    assert first.files_modified == ("src/calculator.py", "x.py")
    assert (first.timestamp, first.outcome, first.retry_count) == (
        "2026-02-15T10:00:00.123000Z",
        Outcome.SUCCESS,
        2,
    )
    assert (first.reflection, first.diff) == ("learned", "-a\n+b")
    assert journal.get_recent_failures()[0].files_modified == ("a.py", "b.py")
    assert journal.get_success_rate() == 0.5


def test_missing_columns_and_empty_rows_are_taken_as_they_are(tmp_path):
    path = database(
        tmp_path / "old.db",
        "create table Modification_Journal (task_description, surprise)",
        rows=[{"task_description": "one"}, {"surprise": 1}, {"task_description": 5}],
    )
    journal = ModificationJournal(str(tmp_path))
    assert journal.import_old(path) == (2, 0, 1, "")
    assert {each.task_description for each in journal.attempts()} == {"one", "5"}


def test_a_database_with_a_write_ahead_log_is_read_without_it(tmp_path):
    path = database(tmp_path / "old.db", "pragma journal_mode = wal", WHOLE)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("insert into modification_journal (timestamp, task_description) values ('', 'in the file')")
        writer.commit()
        writer.execute("pragma wal_checkpoint(truncate)")
        writer.execute("insert into modification_journal (timestamp, task_description) values ('', 'in the log')")
        writer.commit()
        done = ModificationJournal(str(tmp_path)).import_old(path)
    assert done.added == 1
    assert "-wal" in done.left_out


def test_of_too_many_rows_the_newest_are_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(old_journal, "MOST_ROWS", 3)
    rows = [{"timestamp": "", "task_description": f"task {number}"} for number in range(5)]
    journal = ModificationJournal(str(tmp_path))
    done = journal.import_old(database(tmp_path / "old.db", WHOLE, rows=rows))
    assert done.added == 3
    assert "3 of 5" in done.left_out
    assert [each.task_description for each in journal.attempts()] == ["task 2", "task 3", "task 4"]


ENDLESS = "with recursive n (x) as (select 1 union all select x + 1 from n) select max(x) from n"


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (["create table other (a)"], "no table"),
        (["create view modification_journal as select 1 as task_description"], "no table"),
        (["create virtual table modification_journal using fts5 (task_description)"], "not a plain table"),
        (["create table modification_journal (a)"], "neither"),
        (
            [
                "create table modification_journal (a, task_description as (zeroblob(1000000000)), outcome as (1))",
                "insert into modification_journal (a) values (1)",
            ],
            "neither",
        ),
    ],
)
def test_what_is_no_plain_journal_is_refused(tmp_path, statements, why):
    path = database(tmp_path / "old.db", *statements)
    with pytest.raises(NotImported, match=why):
        ModificationJournal(str(tmp_path)).import_old(path)
    assert not (tmp_path / ".loop").exists()


def test_a_read_that_would_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(old_journal, "LONGEST_READ", 0.0)
    monkeypatch.setattr(old_journal, "_STEPS", 100)
    rows = [{"timestamp": "", "task_description": "x"}] * 200
    path = database(tmp_path / "old.db", WHOLE, rows=rows)
    with pytest.raises(NotImported, match="longer than"):
        ModificationJournal(str(tmp_path)).import_old(path)


def test_no_file_but_a_database_is_read(tmp_path, monkeypatch):
    journal = ModificationJournal(str(tmp_path))
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to("text")
    for name in ("text", "empty", "link", "missing", "missing/x", "."):
        with pytest.raises(NotImported):
            journal.import_old(str(tmp_path / name))
    monkeypatch.setattr(old_journal, "MOST_BYTES", 100)
    with pytest.raises(NotImported, match="longer"):
        journal.import_old(database(tmp_path / "old.db", WHOLE))


def test_every_damage_is_a_refusal_or_an_import(tmp_path):
    rows = [
        {"timestamp": "", "task_description": f"task {number}" * 50, "outcome": "success"} for number in range(40)
    ]
    database(tmp_path / "old.db", WHOLE, rows=rows)
    whole = (tmp_path / "old.db").read_bytes()
    for number in range(150):
        damaged = bytearray(whole)
        for step in range(20):
            damaged[(number * 7919 + step * 104729) % len(whole)] ^= 1 << (step % 8)
        damaged[:16] = whole[:16]
        (tmp_path / "damaged.db").write_bytes(damaged)
        (tmp_path / str(number)).mkdir()
        journal = ModificationJournal(str(tmp_path / str(number)))
        try:
            found = old_journal._table(old_journal._content(str(tmp_path / "damaged.db")))
        except NotImported:
            continue
        assert len(found.rows) <= 10_000
        assert journal.attempts() == ()
