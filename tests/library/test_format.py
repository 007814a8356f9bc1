from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapp.library.format import FORMAT, read_format
from mapp.library.migrations import ensure_format
from support.library import Built, library
from support.terminal import mapp_process


@pytest.mark.parametrize("text", [b"", b"two", b"-1", b"0", b"9" * 200, b"\xff", b"1.5"])
def test_a_version_that_is_not_a_number_is_an_error(text: bytes) -> None:
    built = library().app("double").build()
    built.home.format_file.write_bytes(text)

    found = mapp_process("exec", "double", "number=1")

    assert (found.code, "MAPP-0641" in found.err) == (6, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_as_version_never_blocks() -> None:
    built = library().app("double").build()
    built.home.format_file.unlink()
    os.mkfifo(built.home.format_file)

    assert mapp_process("exec", "double", "number=1").code == 6


def test_a_new_library_has_the_newest_format_from_its_first_app_on(world: Path) -> None:
    home = Built().home
    ensure_format(home)
    assert not home.root.exists(), "reading the format creates nothing"

    library().app("double").build()

    assert read_format(home) == FORMAT
