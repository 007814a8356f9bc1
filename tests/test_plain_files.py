"""Files that others may have put there are read without waiting for anything."""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.plain_files import NotPlain, TooLarge, ensure_plain, kind_of, open_plain, read_plain, write_whole


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    signal.alarm(10)
    yield
    signal.alarm(0)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path.name)


def _link(path: Path) -> None:
    path.with_name("target").write_bytes(b"x")
    path.symlink_to("target")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _folder(path: Path) -> None:
    path.mkdir()


KINDS = {"a named pipe": _pipe, "a socket": _socket, "a symbolic link": _link, "a folder": _folder}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", KINDS)
def test_anything_but_a_plain_file_is_named_and_not_opened(kind: str) -> None:
    path = Path("it")
    KINDS[kind](path)

    with pytest.raises(NotPlain) as caught:
        read_plain(path)

    assert str(caught.value) == f"is {kind}, not a plain file"


def test_devices_are_refused_even_through_followed_links() -> None:
    Path("it").symlink_to("/dev/zero")
    for path in (Path("/dev/zero"), Path("it")):
        with pytest.raises(NotPlain):
            open_plain(path, follow=True)
        with pytest.raises(NotPlain):
            ensure_plain(path)


def test_links_are_followed_only_on_request_and_loops_never_hang() -> None:
    _link(Path("it"))
    assert read_plain("it", follow=True) == b"x"
    _loop(Path("loop"))
    with pytest.raises(OSError):
        read_plain("loop", follow=True)


def test_a_file_is_read_up_to_its_limit_and_not_beyond() -> None:
    Path("it").write_bytes(b"12345")
    assert read_plain("it", most=5) == read_plain("it") == b"12345"
    with pytest.raises(TooLarge):
        read_plain("it", most=4)


def _descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_a_missing_file_is_missing_and_no_descriptor_is_left_open() -> None:
    before = _descriptors()
    with pytest.raises(FileNotFoundError):
        read_plain("missing")
    ensure_plain(Path("missing"))
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe")
        for _ in range(5):
            with pytest.raises(NotPlain):
                read_plain("pipe")
    assert _descriptors() == before


def test_unknown_file_types_have_a_description() -> None:
    assert kind_of(0) == "something unknown"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "settings/a.toml"
    path.parent.mkdir()
    write_whole(path, b"old, and longer")
    reader = path.open("rb")
    write_whole(path, b"new")

    with reader:
        assert reader.read() == b"old, and longer"
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings/a.toml"
    path.parent.mkdir()
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr({"fsync": os, "replace": Path}[step], step, full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="file modes of POSIX")
def test_a_file_that_is_written_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_whole(tmp_path / "keys.json", b"{}")
    finally:
        os.umask(before)

    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
