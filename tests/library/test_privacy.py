from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mapp.library.privacy import open_private_database, private_file, private_root, private_umask, tighten
from mapp.ops.manage.doctor import repair_library
from mapp.plain_files import NotPlain
from support.apps import app
from support.library import library
from support.terminal import mapp

pytestmark = pytest.mark.skipif(os.name == "nt", reason="file modes of POSIX")


def open_to_others(root: Path) -> list[str]:
    """Returns the paths in a folder that others can access, including the folder."""
    places = [root, *root.rglob("*")]
    return [str(place.relative_to(root)) for place in places if place.lstat().st_mode & 0o077]


def run(*words: str, umask: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        umask=umask,
    )


def test_a_library_is_private_whatever_the_umask(starter_library: Path, world: Path) -> None:
    for words in (
        ("exec", "vat", "price=240"),
        ("path", "vat"),
        ("remove", "weekday"),
    ):
        run(*words, umask=0)

    assert open_to_others(world / "library") == []
    assert (world / "library/journal.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664)])
def test_files_outside_the_library_keep_the_users_umask(umask: int, mode: int, world: Path) -> None:
    run("new", "other", umask=umask)

    assert stat.S_IMODE((world / "work/other/main.js").stat().st_mode) == mode


def test_the_journals_wal_files_are_private_too() -> None:
    built = library().app("double").build()
    journal = built.workspace.journal
    journal.decided("a request", "use", {}, None)

    beside = sorted(built.home.root.glob("journal.sqlite*"))
    assert [path.name for path in beside] == ["journal.sqlite", "journal.sqlite-shm", "journal.sqlite-wal"]
    assert {path.stat().st_mode & 0o777 for path in beside} == {0o600}
    journal.close()


@pytest.mark.parametrize("words", [("exec", "double", "number=1"), ("remove", "double")])
def test_an_open_library_is_tightened_by_the_next_write(words: tuple[str, ...]) -> None:
    built = library().app("double").build()
    mapp("exec", "double", "number=1")
    for place in (built.home.root, *built.home.root.rglob("*")):
        place.chmod(0o777 if place.is_dir() else 0o666)

    mapp(*words)

    assert open_to_others(built.home.root) == []


def test_doctor_repair_tightens_files_in_a_private_folder() -> None:
    built = library().app("double").build()
    built.home.lock_file.chmod(0o644)

    repair_library(built.workspace)

    assert open_to_others(built.home.root) == []


def test_a_stored_key_and_the_settings_are_private(world: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "mapp_cli", "keys", "set", "EXAMPLE_KEY"],
        input=b"a-secret-of-mine\n",
        check=True,
        umask=0,
    )
    run("config", "keep_runs", "5", umask=0)

    assert open_to_others(world / "config") == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "theirs").write_text("x")
    (tmp_path / "theirs").chmod(0o644)
    (tmp_path / "library/link").symlink_to(tmp_path / "theirs")

    tighten(tmp_path / "library")

    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o644


def test_tightening_returns_how_many_paths_were_open(tmp_path: Path) -> None:
    root = tmp_path / "library"
    private_root(root)
    private_file(root / "a")
    (root / "b").write_text("x")
    (root / "b").chmod(0o640)

    assert (tighten(root), tighten(root)) == (1, 0)


def test_a_database_and_its_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    root = tmp_path / "library"
    before = os.umask(0)
    try:
        with contextlib.closing(open_private_database(root / "storage/a.sqlite", root=root)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE notes (text)")
            files = {path.name for path in root.rglob("*.sqlite*")}
            opened = open_to_others(root)
    finally:
        os.umask(before)

    assert files == {"a.sqlite", "a.sqlite-shm", "a.sqlite-wal"}
    assert opened == []


def test_a_database_that_others_could_read_is_tightened_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "library/journal.sqlite"
    open_private_database(path).close()
    path.chmod(0o644)

    open_private_database(path).close()

    assert open_to_others(path.parent) == []


def test_a_database_that_is_not_a_plain_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "library/journal.sqlite"
    path.parent.mkdir(mode=0o700)
    os.mkfifo(path)

    with pytest.raises(NotPlain, match="a named pipe"):
        open_private_database(path)


def test_a_database_belongs_to_one_thread_unless_told_otherwise(tmp_path: Path) -> None:
    failures: list[str] = []

    def use(connection: sqlite3.Connection) -> None:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError as error:
            failures.append(str(error))

    for any_thread in (True, False):
        path = tmp_path / "library/journal.sqlite"
        with contextlib.closing(open_private_database(path, any_thread=any_thread)) as connection:
            thread = threading.Thread(target=use, args=(connection,))
            thread.start()
            thread.join()

    assert len(failures) == 1 and "thread" in failures[0]


def test_the_umask_is_restored_when_threads_overlap() -> None:
    before = os.umask(0o022)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with private_umask():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    try:
        with private_umask():
            thread.start()
            inside.wait(10)
        leave.set()
        thread.join()
        found = os.umask(0o022)
    finally:
        os.umask(before)

    assert found == 0o022


def test_an_app_added_later_is_private() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.0.1"))

    assert open_to_others(built.home.root) == []


def test_a_new_index_is_private() -> None:
    built = library().app("double").build()

    run("index", "rebuild", umask=0)

    assert (built.home.root / "index").is_dir()
    assert open_to_others(built.home.root) == []
