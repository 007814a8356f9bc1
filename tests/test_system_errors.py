from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from mapp.errors import Busy
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.system_errors import SystemRefused, refused_by_system
from support.library import library
from support.refusing import mapp_with_small_files, mapp_without_rights, read_only, small_disk
from support.terminal import Answer, mapp, mapp_process

SAYS_SO = ("No space left on device", "File too large", "Permission denied", "readonly", "read-only", "disk")


def assert_is_plain(found: Answer) -> None:
    """Fails unless a command ended with a single message about the system error."""
    assert found.code == 1, found
    assert found.err.count("error:") == 1
    assert any(text in found.err for text in SAYS_SO), found.err
    for sign in ("Traceback", "bug in mapp", "done"):
        assert sign not in found.err + found.out


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EFBIG, errno.ENOTDIR])
def test_an_error_number_of_the_system_becomes_a_message_with_the_path(number: int) -> None:
    refused = refused_by_system(OSError(number, "what it says", "/some/path"))

    assert isinstance(refused, SystemRefused)
    assert str(refused) == "/some/path: what it says"


@pytest.mark.parametrize(
    "error", [OSError(errno.EBADF, "x"), ValueError("x"), OSError("no number"), KeyError()]
)
def test_a_bug_is_not_mistaken_for_a_system_error(error: Exception) -> None:
    assert refused_by_system(error) is None


def test_a_locked_database_is_busy(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "x", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    other = sqlite3.connect(tmp_path / "x", timeout=0)

    with pytest.raises(sqlite3.OperationalError) as caught:
        other.execute("CREATE TABLE a (b)")

    assert isinstance(refused_by_system(caught.value), Busy)


@pytest.mark.parametrize(
    "words",
    [("list",), ("exec", "vat", "price=240"), ("search", "vat"), ("doctor",), ("config", "keep_runs", "5")],
)
def test_a_read_only_home_is_reported(
    words: tuple[str, ...], world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    with read_only(world):
        assert_is_plain(mapp_without_rights(*words))


@pytest.mark.parametrize("words", [("runs",), ("remove", "double"), ("path", "double"), ("spend",)])
def test_a_read_only_library_is_reported(words: tuple[str, ...]) -> None:
    built = library().app("double").build()
    mapp("exec", "double", "number=1")
    with read_only(built.home.root):
        assert_is_plain(mapp_without_rights(*words))


def test_a_read_only_library_still_answers() -> None:
    built = library().app("double").build()
    mapp("exec", "double", "number=1")
    with read_only(built.home.root):
        found = mapp_without_rights("exec", "double", "number=21")

    assert (found.code, found.out) == (0, "42\n")
    assert "could not be written into the journal" in found.err


@pytest.mark.parametrize("most", [0, 50, 500])
def test_a_file_size_limit_stops_the_first_set_up(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    assert_is_plain(mapp_with_small_files(most, "list"))


@pytest.mark.parametrize("kilobytes", [40, 100, 300])
def test_a_full_disk_stops_the_first_set_up_and_a_larger_one_continues_it(
    kilobytes: int, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    with small_disk(world / "library", kilobytes) as mounted:
        if not mounted:
            pytest.skip("this machine mounts nothing for us")
        found = mapp_without_rights("list")
        assert_is_plain(found)
        assert str(world / "library") in found.err


def test_onnxruntime_writes_nothing_below_the_home_folder(starter_library: Path, world: Path) -> None:
    assert mapp_process("run", "what is 240 euros plus 20% VAT").code == 0
    assert [path for path in (world / "home").rglob("*") if "onnxruntime" in path.name] == []


def test_an_object_that_cannot_be_written_is_an_error_with_its_repository(tmp_path: Path) -> None:
    repository, _ = Repository.create(
        tmp_path / "a.git", {"main.js": b"1"}, "x", Signature(name="a", email="b", time=0)
    )
    with small_disk(tmp_path / "a.git" / "objects", 4) as mounted:
        if not mounted:
            pytest.skip("this machine mounts nothing for us")
        with pytest.raises(SystemRefused, match=r"a\.git"):
            for number in range(100):
                repository.write_blob(b"%d" % number * 1000)
