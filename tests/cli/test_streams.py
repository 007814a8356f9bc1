from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest

from support.library import library
from support.terminal import Answer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell redirections of POSIX")

MAPP = f"{shlex.quote(sys.executable)} -m mapp_cli"
PLAIN_ENDS = (0, 1, 2, 8, 141)

READING = ["exec double number=21", "list --json", "--help", "--version"]
REDIRECTIONS = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"]


def shell(command: str) -> Answer:
    """Runs a command in a shell, with an empty standard input."""
    done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@pytest.mark.parametrize("redirection", REDIRECTIONS)
@pytest.mark.parametrize(
    "words", ["exec double number=21", "nonsense", "exec double number=x --json", "map double --input -"]
)
def test_no_state_of_the_standard_streams_is_a_bug(words: str, redirection: str) -> None:
    library().app("double").build()

    found = shell(f"{MAPP} {words} {redirection}")

    assert found.code in PLAIN_ENDS, found
    for sign in ("Traceback", "bug in mapp", "Exception ignored", "Errno"):
        assert sign not in found.err
    assert found.err.count("error:") <= 1


def test_a_command_that_needs_no_input_runs_with_standard_input_closed() -> None:
    library().app("double").build()

    assert shell(f"{MAPP} exec double number=21 <&-") == Answer(code=0, out="42\n", err="")


@pytest.mark.parametrize("words", READING)
@pytest.mark.parametrize(
    ("redirection", "why"), [(">&-", "it is closed"), (">/dev/full", "No space left on device")]
)
def test_an_answer_that_cannot_be_written_is_a_failure(words: str, redirection: str, why: str) -> None:
    library().app("double").build()

    found = shell(f"{MAPP} {words} {redirection}")

    assert found.code == 1
    assert f"could not be written to standard output: {why} [MAPP-0221]" in found.err


def test_an_answer_longer_than_the_buffer_that_cannot_be_written_is_a_failure() -> None:
    found = shell(f"{MAPP} explain --json >/dev/full")

    assert (found.code, "MAPP-0221" in found.err) == (1, True)


def test_an_error_keeps_its_exit_code_when_its_json_cannot_be_written() -> None:
    library().app("double").build()

    found = shell(f"{MAPP} exec double number=x --json >/dev/full")

    assert found.code == 8
    assert "[MAPP-0140]" in found.err and "MAPP-0221" not in found.err


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_messages_that_cannot_be_written_do_not_end_the_command(redirection: str) -> None:
    library().app("double").build()

    assert shell(f"{MAPP} exec double number=21 {redirection}").out == "42\n"
    assert shell(f"{MAPP} exec double number=x {redirection}").code == 8
    assert shell(f"{MAPP} nonsense {redirection}").code == 2


@pytest.mark.parametrize("words", ["exec double --input -", "map double --input -", "keys set EXAMPLE_KEY"])
def test_reading_a_closed_standard_input_is_a_usage_error(words: str) -> None:
    library().app("double").build()

    found = shell(f"{MAPP} {words} <&-")

    assert found.code == 2
    assert "standard input cannot be read: it is closed" in found.err


@pytest.mark.parametrize("words", ["list --help", "--help", "list --json"])
def test_a_reader_that_closed_the_output_ends_the_command_quietly(words: str) -> None:
    library().app("double").build()
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words.split()],
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")


def test_a_file_that_is_opened_later_never_takes_the_place_of_a_closed_stream() -> None:
    """Otherwise the journal would get the descriptor of standard output, and answers would land in it."""
    built = library().app("double").build()

    shell(f"{MAPP} exec double number=21 <&- >&- 2>&-")

    assert b"42\n" not in built.home.journal.read_bytes()
    assert '"input": {"number": 21}' in shell(f"{MAPP} runs --json").out
