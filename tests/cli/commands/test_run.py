from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.terminal import Answer, mapp, mapp_process

SORT = "sort these lines"


@pytest.fixture(scope="module")
def indexed(starter_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a library with the starter apps and its index, built once for this module."""
    root = tmp_path_factory.mktemp("indexed")
    shutil.copytree(starter_template, root / "library")
    env = {
        **os.environ,
        "MAPP_HOME": str(root / "library"),
        "MAPP_CACHE": str(root / "cache"),
        "MAPP_CONFIG": str(root / "none"),
    }
    subprocess.run([sys.executable, "-m", "mapp_cli", "index", "rebuild"], check=True, env=env)
    return root


@pytest.fixture(autouse=True)
def _library(indexed: Path, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    for name in ("library", "cache"):
        shutil.copytree(indexed / name, world / name)


def with_input(stdin: object, *words: str) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=stdin,
        capture_output=True,
        check=False,  # type: ignore[call-overload]
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def test_a_piped_text_is_attached(world: Path) -> None:
    found = mapp_process("run", SORT, "--yes", stdin=b"b\na\n")

    assert (found.code, found.out) == (0, "a\nb\n")


def test_a_redirected_file_is_attached(world: Path) -> None:
    (world / "work/names.txt").write_text("b\na\n")
    with (world / "work/names.txt").open() as file:
        assert with_input(file, "run", SORT, "--yes").out == "a\nb\n"


def test_the_request_can_come_from_standard_input() -> None:
    found = mapp_process("run", "-", stdin=b"what is 240 euros plus 20% VAT\n")

    assert (found.code, found.out) == (0, "288\n")


def test_standard_input_cannot_be_both_request_and_attachment() -> None:
    found = mapp_process("run", "-", "--input", "-", stdin=b"x")

    assert (found.code, "cannot be both" in found.err) == (2, True)


@pytest.mark.parametrize("stdin", [b"", b"  \n"])
def test_an_empty_request_is_a_usage_error(stdin: bytes) -> None:
    assert mapp_process("run", "-", stdin=stdin).code == 2


def test_an_idle_pipe_is_not_read_if_no_text_is_needed() -> None:
    """CI and cron leave standard input open without ever writing to it."""
    read, write = os.pipe()
    try:
        found = with_input(read, "run", "what is 240 euros plus 20% VAT")
    finally:
        os.close(write)
        os.close(read)

    assert (found.code, found.out) == (0, "288\n")


@pytest.mark.timeout(120)
def test_the_wait_for_an_idle_pipe_ends() -> None:
    read, write = os.pipe()
    try:
        found = with_input(read, "run", SORT)
    finally:
        os.close(write)
        os.close(read)

    assert found.code == 3


def test_an_empty_pipe_attaches_nothing() -> None:
    found = mapp_process("run", SORT, stdin=b"")

    assert found.code == 3 and "text=@" not in found.err


def test_a_hint_names_the_file_and_never_its_content(world: Path) -> None:
    content = "; touch pwned\n" * 7_000
    (world / "work/my names.txt").write_text(content)

    found = mapp("run", "put these lines into some other order please", "--input", "my names.txt")

    assert "touch pwned" not in found.err + found.out
    assert len(found.err) < 3_000


def test_exec_reads_an_argument_from_standard_input() -> None:
    assert mapp_process("exec", "sort-lines", "text=@-", stdin=b"b\na\n").out == "a\nb\n"


def test_exec_expects_json_input_and_its_hint_shows_how_to_attach_a_text() -> None:
    found = mapp_process("exec", "sort-lines", "--input", "-", stdin=b"b\na\n")

    assert found.code == 8
    assert "mapp exec sort-lines text=@FILE" in found.err
