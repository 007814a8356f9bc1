"""One progress bar covers all phases of a command: it never goes back, and it moves all the time."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from mapp_cli.progress_bar import Bar

FRAME = re.compile(r"\r(?P<line>[^\r\n]*?(?P<percent>\d+) % +(?P<clock>\d+\.\d) s)\x1b\[K")
STYLE = re.compile(r"\x1b\[\d*m")
PHASES = ("Setting up the starter apps", "Indexing apps", "Working")
STILL = 2.0
"""Seconds between two drawings on a machine that is busy with other tests; alone they are 0.1 apart."""


@dataclass(frozen=True)
class Frame:
    """One drawing of the bar: when the terminal got it, and what it says."""

    at: float
    title: str
    marks: str
    percent: int
    clock: float


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., tuple[str, list[Frame]]]:
    """Records a command at a terminal; returns all output and the drawings of the bar."""
    if shutil.which("script") is None:
        pytest.skip("script (util-linux) is not installed")

    def run(*words: str, **variables: str) -> tuple[str, list[Frame]]:
        out, timing = tmp_path / "out", tmp_path / "timing"
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        subprocess.run(
            [
                *("script", "-qfec", 'exec "$RECORDED" -m mapp_cli ' + " ".join(words)),
                *("--log-out", str(out), "--log-timing", str(timing)),
            ],
            env={**environment, "TERM": "xterm", "RECORDED": sys.executable, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=400,
        )
        # The first and the last line are script's own.
        recorded = out.read_bytes().split(b"\n", 1)[1].rsplit(b"\nScript done", 1)[0]
        return recorded.decode(), frames(recorded, timing.read_text())

    return run


def frames(recorded: bytes, timing: str) -> list[Frame]:
    """The drawings in a recording; each line of `timing` is a delay and a number of bytes."""
    found, now, place, rest = [], 0.0, 0, ""
    for line in timing.splitlines():
        words = [word for word in line.split() if word != "O"]
        if len(words) != 2:
            continue
        now += float(words[0])
        rest += recorded[place : place + int(words[1])].decode(errors="ignore")
        place += int(words[1])
        for each in FRAME.finditer(rest):
            drawn = STYLE.sub("", each["line"])
            title, marks = re.match(r"(.*?) ([━─#-]*) *\d+ %", drawn).groups()  # type: ignore[union-attr]
            found.append(Frame(now, title, marks, int(each["percent"]), float(each["clock"])))
        rest = rest[rest.rfind("\r") :] if not FRAME.search(rest) else FRAME.sub("", rest)
    return found


def test_the_first_request_shows_one_bar_that_moves_until_the_answer(
    record: Callable[..., tuple[str, list[Frame]]],
) -> None:
    said, drawn = record("run", "'what is 240 euros plus 20% VAT'", MAPP_STARTER="true")

    assert said.rstrip().endswith("\r\x1b[K288")
    assert said.count("\n") <= 1, "the bar stays on one line"
    titles = [frame.title for frame in drawn]
    assert set(titles) == set(PHASES)
    assert titles[-1] == "Working"
    assert titles.index("Setting up the starter apps") < titles.index("Indexing apps")
    for one, other in pairwise(drawn):
        assert other.percent >= one.percent
        assert other.marks.count("━") >= one.marks.count("━")
        assert one.clock <= other.clock
        assert other.at - one.at < STILL
        assert other.clock - one.clock < STILL
    assert len({frame.clock for frame in drawn}) > len(drawn) * 0.8
    assert drawn[-1].percent >= 90
    assert drawn[-1].clock == pytest.approx(drawn[-1].at - drawn[0].at, abs=STILL)


def test_the_second_request_shows_no_bar(record: Callable[..., tuple[str, list[Frame]]]) -> None:
    said, drawn = record("search", "vat")
    assert "Indexing apps" in said
    assert drawn[-1].percent <= 100
    said, drawn = record("search", "vat")
    assert ("\x1b[K" in said, drawn) == (False, [])


class Terminal(io.StringIO):
    """A terminal that is only written to."""

    encoding = "utf-8"

    def shows(self) -> list[str]:
        """The lines that are left after everything was erased and drawn again."""
        text = re.sub(r"[^\n]*\r\x1b\[K", "", self.getvalue())
        return [STYLE.sub("", line.rsplit("\r", 1)[-1].removesuffix("\x1b[K")) for line in text.split("\n")]


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Replaces both output streams, in the test itself: pytest replaces them again after the fixtures."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(sys, "stdout", Terminal())
    return made


def test_a_message_during_a_phase_appears_above_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar()
    with bar.phase("Indexing apps", 0.5) as advance:
        advance(1, 2)
        sys.stderr.write("skipped two\n")
        assert not bar.ended
        bar._draw()
        *messages, last = terminal.shows()
    assert "skipped two" in messages
    assert re.fullmatch(r"Indexing apps ━{8}─{22}  25 % +0\.\d s", last)
    bar.end()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_after_a_phase_ends_the_bar_and_gives_the_streams_back(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = terminal_of(monkeypatch)
    streams = sys.stdout, sys.stderr
    bar = Bar()
    with bar.phase("Indexing apps", 0.5):
        pass
    assert (sys.stdout, sys.stderr) != streams
    getattr(sys, stream).write("288\n")
    assert bar.ended
    assert (sys.stdout, sys.stderr) == streams
    bar._draw()
    assert terminal.shows() == ([""] if stream == "stdout" else ["288", ""])


def test_a_question_during_a_phase_ends_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar()
    with bar.phase("Indexing apps", 0.5):
        sys.stderr.write("run it? ")
        bar._draw()
    assert terminal.shows() == ["run it? "]


def test_a_failed_phase_and_the_last_phase_end_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar()
    with pytest.raises(ValueError), bar.phase("Indexing apps", 0.5):
        raise ValueError
    assert bar.ended
    bar = Bar()
    with bar.phase("Indexing apps", 1.0):
        assert not bar.ended
    assert bar.ended
    assert terminal.shows() == [""]


def test_phases_share_what_is_left_of_the_bar_which_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal_of(monkeypatch)
    bar = Bar()
    with bar.phase("Setting up", 0.5) as advance:
        advance(72, 72)
        advance(0, 72)
        assert bar._done == 0.5
        advance(80, 72)
    with bar.phase("Indexing apps", 0.8) as advance:
        advance(0, 0)
        assert bar._done == 0.5
        advance(1, 2)
        assert bar._done == pytest.approx(0.7)
    assert bar._done == pytest.approx(0.9)
    bar.end()


@pytest.mark.parametrize("columns", range(1, 90, 4))
def test_the_bar_fits_into_a_terminal_of_any_width(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    terminal.encoding = "ascii"
    bar = Bar()
    monkeypatch.setattr(bar, "_columns", lambda: columns)
    with bar.phase("Indexing apps", 1.0) as advance:
        advance(1, 3)
        line = bar._line()
        assert len(line) < columns
        assert line.isascii()


def test_a_terminal_that_is_gone_does_not_end_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    bar = Bar()
    terminal.close()
    with bar.phase("Indexing apps", 1.0) as advance:
        advance(1, 3)
        bar._draw()
    assert bar.ended
