"""Pages of documentation as programs: what they show is what is run and compared.

A fence `console` is a session: a line that begins with `$ ` is typed, what follows is what it prints, on
standard output and standard error together. In what it prints, `…` stands for any text within a line, and a
line that is only `…` for any number of lines. Where nothing is shown, nothing is compared, but the command
has to succeed. Lines that tell progress are left out. Any other fence with `file=NAME` is the content of
that file, written where the session stands; `@APP/NAME` is one of a checkout.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PROGRESS = re.compile(r"(?:Setting up the starter apps|Indexing apps)(?: …|: [0-9.]+ s)")


@dataclass(frozen=True)
class Fence:
    """One fenced block: its language, the words after that, and what is inside."""

    language: str
    words: str
    content: str
    line: int

    @property
    def file(self) -> str | None:
        """Returns the name of the file that the block is the content of."""
        found = re.search(r"\bfile=(\S+)", self.words)
        return found.group(1) if found else None


@dataclass(frozen=True)
class Step:
    """One command of a session with what the page says it prints."""

    command: str
    shown: str


def fences(page: Path) -> list[Fence]:
    """Returns the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Fence(
            language=found.group(1),
            words=found.group(2).strip(),
            content=found.group(3),
            line=text.count("\n", 0, found.start()) + 1,
        )
        for found in _FENCE.finditer(text)
    ]


def steps(fence: Fence) -> Iterator[Step]:
    """Yields the commands of a session; a backslash at the end of a line goes on in the next."""
    parts = re.split(r"^\$ ", fence.content.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), f"line {fence.line}: something stands before the first command"
    for part in parts[1:]:
        command, _, shown = part.partition("\n")
        yield Step(command=re.sub(r"\s+#\s.*$", "", command), shown=shown)


def links(page: Path) -> Iterator[str]:
    """Yields the targets of the links of a page that lead into the repository."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in _LINK.findall(text):
        if not re.match(r"[a-z]+:", target):
            yield target


def agrees(shown: str, printed: str) -> bool:
    """Returns whether what was printed is what the page shows."""
    pattern = ""
    for line in shown.strip("\n").splitlines():
        inner = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        pattern += r"(?:[^\n]*\n)*" if line.strip() == "…" else inner + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


class Shell:
    """A shell that keeps its folder and the last exit code from one command to the next."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self.code = 0
        self._state = tools / "folder"
        self._environment = {
            **os.environ,
            "PATH": f"{_tool(tools)}{os.pathsep}{os.environ['PATH']}",
            "EDITOR": "true",
            "VISUAL": "true",
        }

    def place(self, name: str) -> Path:
        """Returns where a file of that name lies, in the folder or, after an `@`, among the checkouts."""
        if name.startswith("@"):
            return Path(self._environment["MAPP_HOME"]) / "checkouts" / name[1:]
        return self.folder / name

    def run(self, command: str) -> str:
        """Returns what a command prints, without the lines that tell progress."""
        script = f"(exit {self.code})\n{command}\ncode=$?\npwd > {self._state}\nexit $code\n"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.code = done.returncode
        self.folder = Path(self._state.read_text().strip())
        lines = done.stdout.decode().splitlines()
        return "\n".join(line for line in lines if not _PROGRESS.fullmatch(line))


def perform(page: Path, shell: Shell) -> int:
    """Does what a page says, compares what it shows, and returns how many commands there were."""
    count = 0
    for fence in fences(page):
        if fence.file is not None:
            target = shell.place(fence.file)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fence.content, encoding="utf-8")
        elif fence.language == "console":
            for step in steps(fence):
                _compare(page, fence, step, shell)
                count += 1
    return count


def _compare(page: Path, fence: Fence, step: Step, shell: Shell) -> None:
    printed = shell.run(step.command)
    place = f"{page.relative_to(ROOT)}, the session at line {fence.line}: $ {step.command}"
    if step.shown.strip():
        assert agrees(step.shown, printed), f"{place}\nprinted:\n{printed}\nbut the page shows:\n{step.shown}"
    else:
        assert shell.code == 0, f"{place}\nended with {shell.code}:\n{printed}"


def _tool(folder: Path) -> Path:
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name, words in (("mapp", " -m mapp_cli"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n')
        program.chmod(0o755)
    return programs
