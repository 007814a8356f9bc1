from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, MappError
from mapp.observe import journal as journal_module
from mapp.observe import journal_schema
from mapp.observe.journal import VERSION, Journal, Run, new_id
from mapp.observe.ledger import SpendLedger
from support.library import library
from support.processes import end, start
from support.terminal import mapp

RUN = Run(
    id="0",
    started=1_700_000_000.5,
    app="double",
    commit="c",
    tree="t",
    version="1.0.0",
    request=None,
    input='{"number":1}',
    output="2",
    outcome="ok",
    detail="",
    now_ms=1,
    seed=2**32 - 1,
    wall_ms=1.5,
    total_ms=2.5,
    engine="quickjs",
    isolation="full",
)


@pytest.fixture
def journal(world: Path) -> Iterator[Journal]:
    made = Journal(world / "library" / "journal.sqlite", keep_runs=100, keep_days=90, keep_inputs=True)
    yield made
    made.close()


def test_a_recorded_run_is_read_unchanged(journal: Journal) -> None:
    journal.record(RUN)

    assert list(journal.runs()) == [RUN]
    assert RUN.to_dict()["input"] == {"number": 1} and RUN.to_dict()["output"] == 2


def test_runs_are_listed_newest_first_and_can_be_filtered(journal: Journal) -> None:
    for number, outcome in enumerate(["ok", "threw", "error:no"]):
        journal.record(replace(RUN, id=str(number), started=RUN.started + number, outcome=outcome))
    journal.record(replace(RUN, id="9", app="other", started=RUN.started - 1))

    assert [run.id for run in journal.runs()] == ["2", "1", "0", "9"]
    assert [run.id for run in journal.runs(app="double", failed=True)] == ["2", "1"]
    assert [run.id for run in journal.runs(most=1)] == ["2"]


def test_inputs_are_kept_only_if_the_settings_say_so(world: Path) -> None:
    journal = Journal(world / "journal.sqlite", keep_runs=9, keep_days=9, keep_inputs=False)
    journal.record(replace(RUN, request="double my secret"))
    journal.decided("double my secret", "use", {"arguments": {"number": 1}}, None)
    found = next(journal.runs())
    journal.close()

    assert (found.request, found.input, found.output) == (None, None, None)
    assert b"secret" not in (world / "journal.sqlite").read_bytes()


def test_old_and_surplus_runs_are_deleted(world: Path) -> None:
    journal = Journal(world / "journal.sqlite", keep_runs=3, keep_days=1, keep_inputs=True)
    for number in range(6):
        # One in a hundred runs cleans up: the one that starts at a multiple of 100 milliseconds.
        journal.record(
            replace(RUN, id=str(number), started=1_700_000_000.0 + number / 1000 + (number == 5) * 0.095)
        )
    journal.record(replace(RUN, id="old", started=1_600_000_000.0 + 0.001))
    journal.record(replace(RUN, id="new", started=1_700_000_001.0))
    kept = [run.id for run in journal.runs()]
    journal.close()

    assert kept == ["new", "5", "4"]


@pytest.mark.parametrize("damage", [b"not a database, " * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_journal_is_an_error_for_readers_and_moved_aside_by_writers(
    journal: Journal, damage: bytes
) -> None:
    journal.path.parent.mkdir(parents=True)
    journal.path.write_bytes(damage)

    with pytest.raises(IntegrityError) as caught:
        list(journal.runs())
    assert str(journal.path) in caught.value.message
    journal.record(RUN)

    assert list(journal.runs()) == [RUN]
    assert [path.read_bytes() for path in journal.path.parent.glob("*.damaged-*")] == [damage]


def test_a_journal_damaged_in_the_middle_is_moved_aside_too(journal: Journal) -> None:
    for number in range(300):
        journal.record(replace(RUN, id=f"{number:04}", started=RUN.started + number))
    journal.close()
    size = journal.path.stat().st_size
    with journal.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))

    journal.record(replace(RUN, id="after"))

    assert [run.id for run in journal.runs()] == ["after"]
    assert len(list(journal.path.parent.glob("*.damaged-*"))) == 1


def test_an_intact_journal_that_cannot_be_written_is_not_moved(journal: Journal) -> None:
    journal.record(RUN)
    blocker = sqlite3.connect(journal.path, isolation_level=None)
    blocker.execute("PRAGMA busy_timeout = 0")
    blocker.execute("BEGIN IMMEDIATE")
    journal._open().execute("PRAGMA busy_timeout = 10")

    with pytest.raises(sqlite3.OperationalError):
        journal.record(replace(RUN, id="1"))

    blocker.execute("ROLLBACK")
    blocker.close()
    assert not list(journal.path.parent.glob("*.damaged-*"))
    assert list(journal.runs()) == [RUN]


_RECORDER = """
import sys
from dataclasses import replace
from pathlib import Path
from mapp.observe.journal import Journal, Run
run = Run(id="", started=1.7e9, app="double", commit="c", tree="t", version="1.0.0", request=None, input="1",
    output="2", outcome="ok", detail="", now_ms=1, seed=1, wall_ms=1.0, total_ms=1.0,
    engine="q", isolation="full")
for number in range(20):
    journal = Journal(Path(sys.argv[1]), keep_runs=10000, keep_days=90000, keep_inputs=True)
    journal.record(replace(run, id=f"{sys.argv[2]}-{number}"))
    journal.close()
"""


def test_no_run_is_lost_when_many_processes_create_and_write_one_journal(journal: Journal) -> None:
    for process in [start(_RECORDER, str(journal.path), name) for name in "abcdef"]:
        end(process)

    assert len(list(journal.runs(most=1000))) == 120
    assert not list(journal.path.parent.glob("*.damaged-*"))


def test_ids_sort_by_time() -> None:
    made = [new_id() for _ in range(100)]

    assert len(set(made)) == 100
    assert sorted(made, key=lambda text: text[:11]) == made


def _columns(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [str(row[1]) for row in connection.execute("PRAGMA table_info(runs)")]


def _version(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize(
    "statements",
    [
        "CREATE TABLE runs (id TEXT PRIMARY KEY, started REAL, app TEXT)",
        "CREATE TABLE customers (id INTEGER)",
        "CREATE TABLE runs (id TEXT, extra TEXT); PRAGMA user_version = 2",
    ],
)
def test_a_database_with_other_tables_never_gets_our_version(statements: str, journal: Journal) -> None:
    journal.path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(journal.path)) as connection:
        connection.executescript(statements)
    before = (_version(journal.path), _columns(journal.path))

    with pytest.raises(IntegrityError) as caught:
        journal.record(replace(RUN, id="a"))

    assert caught.value.code == "MAPP-0642"
    assert (_version(journal.path), _columns(journal.path)) == before
    assert [path.name for path in journal.path.parent.glob("*.damaged*")] == []


def test_a_journal_of_a_later_mapp_is_refused_and_unchanged(journal: Journal) -> None:
    journal.record(replace(RUN, id="a"))
    journal.close()
    with contextlib.closing(sqlite3.connect(journal.path)) as connection:
        connection.execute("ALTER TABLE runs ADD COLUMN later TEXT")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")

    for work in (lambda: journal.record(replace(RUN, id="b")), lambda: list(journal.runs())):
        with pytest.raises(MappError) as caught:
            work()
        assert (caught.value.code, caught.value.exit_code) == ("MAPP-0640", 1)
        assert "upgrade mapp" in caught.value.hint
    assert _version(journal.path) == VERSION + 1
    with pytest.raises(MappError) as caught:
        SpendLedger(journal.path).sums("x")
    assert caught.value.code == "MAPP-0640"


def test_a_failed_migration_leaves_the_old_tables(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.record(replace(RUN, id="a"))
    journal.close()
    with contextlib.closing(sqlite3.connect(journal.path)) as connection:
        connection.executescript("DROP TABLE maps; PRAGMA user_version = 2")
    with monkeypatch.context() as patched:
        broken = f"{journal_module._TABLES}; CREATE TABLE runs (again TEXT)"
        patched.setattr(journal_schema, "_wanted", lambda _: {"runs": frozenset(_columns(journal.path))})
        patched.setattr(journal_module, "_TABLES", broken)
        with pytest.raises((sqlite3.Error, IntegrityError)):
            journal.record(replace(RUN, id="b"))
        journal.close()
    with contextlib.closing(sqlite3.connect(journal.path)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert (_version(journal.path), "maps" in names) == (2, False)

    journal.record(replace(RUN, id="b"))

    assert {run.id for run in journal.runs()} == {"a", "b"}
    assert _version(journal.path) == VERSION


def test_a_run_succeeds_even_if_the_journal_is_another_programs_database() -> None:
    built = library().app("double").build()
    with contextlib.closing(sqlite3.connect(built.home.journal)) as connection:
        connection.executescript("CREATE TABLE customers (id INTEGER)")

    found = mapp("exec", "double", "number=21")

    assert (found.code, found.out) == (0, "42\n")
    assert "could not be written into the journal" in found.err


def test_threads_that_share_a_journal_wait_for_each_other(journal: Journal) -> None:
    journal.decided("first", "use", {"arguments": {}}, None)

    def write(number: int) -> None:
        def change(connection: sqlite3.Connection) -> None:
            time.sleep(0.02)  # others would now begin a transaction on the same connection
            connection.execute("UPDATE decisions SET request = request || ?", [str(number)])

        journal._write(change)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    with contextlib.closing(sqlite3.connect(journal.path)) as connection:
        (request,) = connection.execute("SELECT request FROM decisions").fetchone()
    assert (request[:5], sorted(request[5:])) == ("first", ["0", "1", "2", "3"])


_ANSWERING = """
import sys
from dataclasses import replace
from pathlib import Path
from mapp.observe.journal import Journal, Run, new_id
run = Run(id="", started=1.7e9, app="double", commit="c", tree="t", version="1.0.0", request=None, input="1",
    output="2", outcome="ok", detail="", now_ms=1, seed=1, wall_ms=1.0, total_ms=1.0,
    engine="q", isolation="full")
journal = Journal(Path(sys.argv[1]), keep_runs=10**6, keep_days=90000, keep_inputs=True)
while True:
    identity = new_id()
    journal.record(replace(run, id=identity))
    print(identity, flush=True)
"""


@pytest.mark.parametrize("answers", [1, 40, 400])
def test_a_kill_loses_no_run_that_was_answered(journal: Journal, answers: int) -> None:
    process = start(_ANSWERING, str(journal.path))
    assert process.stdout is not None
    answered = [process.stdout.readline().decode().strip() for _ in range(answers)]
    process.kill()
    answered += process.stdout.read().decode().split("\n")[:-1]  # `communicate` loses what is buffered
    process.wait()
    process.stdout.close()
    assert process.stderr is not None
    process.stderr.close()

    kept = {run.id for run in journal.runs(most=10**6)}
    assert set(answered) <= kept and len(kept) <= len(answered) + 1
    with journal.reading() as connection:
        [(counted,)] = connection.execute("SELECT SUM(runs) FROM run_totals")
    assert counted == len(kept)
    journal.record(RUN)


def test_the_journal_is_at_least_as_durable_as_normal(journal: Journal) -> None:
    journal.record(RUN)
    with journal.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] >= 1
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
