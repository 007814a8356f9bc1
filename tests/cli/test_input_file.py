from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import MappError
from mapp_cli import input_file
from mapp_cli.input_file import read_input, read_piped


@contextlib.contextmanager
def redirected(monkeypatch: pytest.MonkeyPatch, descriptor: int) -> Iterator[None]:
    """Makes a descriptor the standard input."""
    with io.TextIOWrapper(os.fdopen(descriptor, "rb"), encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield


def test_a_file_is_read() -> None:
    Path("names.txt").write_text("b\na\n")

    assert read_input("names.txt") == "b\na\n"


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    Path("names.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(MappError, match="is not UTF-8"):
        read_input("names.txt")


def test_a_redirected_file_is_read_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("full").write_text("text")
    Path("empty").write_text("")

    with redirected(monkeypatch, os.open("full", os.O_RDONLY)):
        assert read_piped() == "text"
    with redirected(monkeypatch, os.open("empty", os.O_RDONLY)):
        assert read_piped() is None


def test_a_device_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with redirected(monkeypatch, os.open(os.devnull, os.O_RDONLY)):
        assert read_piped() is None


@pytest.mark.skipif(os.name == "nt", reason="select on pipes is POSIX")
def test_an_idle_pipe_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(input_file, "PATIENCE", 0.05)

    with redirected(monkeypatch, reader):
        assert read_piped() is None
        os.write(writer, b"late")
        os.close(writer)
        assert read_piped() == "late"
