"""Runs the sessions on documentation pages and compares their output.

A `console` block is a session: a line that starts with `$ ` is a command, and the lines after it are its
output, standard output and standard error together. In the output, `…` stands for any text within a line, and
a line with only `…` for any number of lines. If no output is shown, nothing is compared, but the command must
succeed. Progress messages are ignored. Any other block with `file=NAME` is the content of that file, which is
written to the session's folder; `@APP/NAME` is a file of a checkout.
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
    """One fenced block: its language, the words after it, and its content."""

    language: str
    words: str
    content: str
    line: int

    @property
    def file(self) -> str | None:
        """Returns the name of the file whose content the block is, or None."""
        found = re.search(r"\bfile=(\S+)", self.words)
        return found.group(1) if found else None


@dataclass(frozen=True)
class Step:
    """One command of a session with the output on the page."""

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
    """Yields the commands of a session; a trailing backslash continues a line."""
    parts = re.split(r"^\$ ", fence.content.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), f"line {fence.line}: there is text before the first command"
    for part in parts[1:]:
        command, _, shown = part.partition("\n")
        yield Step(command=re.sub(r"\s+#\s.*$", "", command), shown=shown)


def links(page: Path) -> Iterator[str]:
    """Yields the targets of a page's links into the repository."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in _LINK.findall(text):
        if not re.match(r"[a-z]+:", target):
            yield target


def agrees(shown: str, printed: str) -> bool:
    """Returns whether the output is the one that the page shows."""
    pattern = ""
    for line in shown.strip("\n").splitlines():
        inner = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        pattern += r"(?:[^\n]*\n)*" if line.strip() == "…" else inner + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


class Shell:
    """A shell that keeps its working folder and the last exit code between commands."""

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
        """Returns the path of a file in the working folder or, after an `@`, in a checkout."""
        if name.startswith("@"):
            return Path(self._environment["MAPP_HOME"]) / "checkouts" / name[1:]
        return self.folder / name

    def run(self, command: str) -> str:
        """Returns the output of a command without progress messages."""
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
    """Runs the sessions of a page, compares their output, and returns the number of commands."""
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
