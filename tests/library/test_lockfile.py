from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from mapp.errors import HostFault, IntegrityError
from mapp.library.lockfile import LockEntry, lock_bytes, read_entry, read_lock, write_lock

GOOD = """lock = 1
[[app]]
name = "double"
source = "local"
version = "1.0.0"
commit = "c"
tree = "t"
content = "x"
interface = "y"
granted = []
"""

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(_words, st.tuples(_words, st.lists(_words).map(tuple)), max_size=4))
def test_entries_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, drawn: dict[str, tuple[str, tuple[str, ...]]]
) -> None:
    path = tmp_path_factory.mktemp("lock") / "mapp.lock"
    entries = {
        name: LockEntry(
            name=name,
            source=word,
            version="1.0.0",
            commit="c",
            tree="t",
            content=word,
            interface="i",
            granted=granted,
        )
        for name, (word, granted) in drawn.items()
    }

    write_lock(path, entries)

    assert read_lock(path) == entries
    assert list(read_lock(path)) == sorted(entries)


def test_a_missing_lock_file_has_no_entries(world: Path) -> None:
    assert read_lock(world / "mapp.lock") == {}


def test_an_unchanged_lock_file_is_not_rewritten(world: Path) -> None:
    path = world / "mapp.lock"
    path.write_text(GOOD)
    write_lock(path, read_lock(path))
    before = path.stat().st_ino

    write_lock(path, read_lock(path))

    assert path.stat().st_ino == before


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "",
        "lock = 2",
        "lock = 1\napp = 5",
        "lock = 1\napp = [5]",
        "lock = 1\napp = {}",
        "lock = 1\n[[app]]\n",
        GOOD.replace('name = "double"', "name = 5"),
        GOOD.replace('commit = "c"', "commit = 5"),
        GOOD.replace('commit = "c"\n', ""),
        GOOD.replace("granted = []", "granted = 5"),
        GOOD.replace("granted = []", "granted = [5]"),
        GOOD.replace("granted = []", 'granted = "clock"'),
        GOOD + "extra = 1\n",
        "a = " + "[" * 10_000,
        "\x00",
        "<<<<<<< HEAD\n" + GOOD,
    ],
)
def test_a_damaged_lock_file_is_an_error_with_the_fix(world: Path, text: str) -> None:
    path = world / "mapp.lock"
    path.write_text(text)

    with pytest.raises(IntegrityError) as caught:
        read_lock(path)

    assert caught.value.code == "MAPP-0630" and caught.value.exit_code == 6
    assert str(path) in caught.value.message
    assert "mapp doctor --repair" in caught.value.hint


def test_the_file_is_what_one_dump_of_all_entries_would_be() -> None:
    entries = {
        name: LockEntry(
            name=name,
            source="registry+https://git.example.org/apps.git",
            version="1.2.0",
            commit="0" * 40,
            tree="1" * 40,
            content=f"sha256:{'2' * 64}",
            interface=f"sha256:{'3' * 64}",
            granted=granted,
            pinned=bool(granted),
        )
        for name, granted in (("vat", ()), ("rates", ("http:api.example.org", "clock")), ("añb", ()))
    }
    rows = [entries[name].to_dict() for name in sorted(entries)]
    assert lock_bytes(entries).decode() == tomli_w.dumps({"lock": 1, "app": rows})
    assert lock_bytes({}).decode() == tomli_w.dumps({"lock": 1, "app": []})


def test_a_file_that_was_changed_since_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mapp.lock"
    path.write_text(GOOD)
    first = read_lock(path)
    first.clear()
    assert [*read_lock(path)] == ["double"], "what was given out cannot change what is kept"
    path.write_text(GOOD.replace("double", "triple"))
    assert [*read_lock(path)] == ["triple"]
    path.write_text(GOOD)
    write_lock(path, {})
    assert read_lock(path) == {}


def test_a_lock_file_that_is_not_utf_8_is_an_error(world: Path) -> None:
    (world / "mapp.lock").write_bytes(b"\xff\xfe")

    with pytest.raises(IntegrityError):
        read_lock(world / "mapp.lock")


def test_a_machine_without_descriptors_is_no_damaged_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mapp.lock"
    path.write_text("lock = 1\n")

    def refused(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("mapp.plain_files.os.open", refused)
    for read in (lambda: read_lock(path), lambda: read_entry(path, "double")):
        with pytest.raises(HostFault) as found:
            read()
        assert "ulimit" in found.value.hint
