"""A file of one line a row that survives `kill -9`: begun beside its place, continued, and moved there.

While it grows, `FILE.partial` holds the lines that are done, and `FILE.state` says what they are made of.
Only whole lines count; whoever continues must make them of the same.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from mapp.errors import AlreadyExists, Busy, IntegrityError
from mapp.plain_files import read_plain

FORMAT = 1


@dataclass(kw_only=True)
class Unfinished:
    """The file while it grows: how many rows it has, how they ended, and the terms that all rows share."""

    terms: dict[str, Any]
    file: BinaryIO
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, line: str) -> None:
        """Writes one line; once this returns, only the machine's own end can take it back."""
        self.file.write(line.encode() + b"\n")
        self.file.flush()


@contextlib.contextmanager
def unfinished(path: Path, terms: dict[str, Any], *, fresh: bool) -> Iterator[Unfinished]:
    """Opens a file that becomes `path` when the `with` ends well, and otherwise waits to be continued.

    `terms` are what its lines are made of: those that end in `?` are taken from the one that began. With
    `fresh`, what was begun or finished before is thrown away.

    Raises:
        AlreadyExists: the file is finished, or was begun on other terms.
        Busy: another process writes it.
        IntegrityError: what is there of it was not written by mapp.
    """
    with _alone(path):
        state, partial = _beside(path, "state"), _beside(path, "partial")
        if fresh:
            for old in (path, partial, state):
                old.unlink(missing_ok=True)
        agreed = _agree(path, state, terms)
        if path.exists() and not partial.exists():  # killed between the last two steps
            path.rename(partial)
        with partial.open("a+b") as file:
            growing = Unfinished(terms=agreed, file=file)
            _take_up(growing, partial)
            yield growing
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        state.unlink()


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(f"{path.name}.{kind}")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    import filelock

    place = _beside(path, "lock")
    lock = filelock.FileLock(place, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise Busy(f"another process writes {path}", hint="wait for it, or choose another file") from None
    try:
        yield
    finally:
        place.unlink(missing_ok=True)
        lock.release()


def _agree(path: Path, state: Path, terms: dict[str, Any]) -> dict[str, Any]:
    """Returns the terms of the one that began, or writes down ours if nobody did."""
    plain = {name.rstrip("?"): value for name, value in terms.items()}
    try:
        begun = json.loads(read_plain(state, follow=True))
    except FileNotFoundError:
        if path.exists():
            raise AlreadyExists(
                f"{path} is there already", hint="name another file, or add --fresh"
            ) from None
        draft = _beside(path, "state-draft")
        draft.write_text(json.dumps({"unfinished": FORMAT, **plain}), encoding="utf-8")
        draft.replace(state)
        return plain
    except ValueError:
        raise IntegrityError(f"{state} is damaged", hint="add --fresh to begin again") from None
    for name, value in terms.items():
        if not name.endswith("?") and (begun.get(name) != value or not value):
            before, now = (known or "one that can be read but once" for known in (begun.get(name), value))
            raise AlreadyExists(
                f"{path} was begun with another {name}: {before}, now {now}",
                hint="go on with the same, name another file, or add --fresh to begin again",
                code="MAPP-0211",
            )
    return {name: begun[name] for name in plain}


def _take_up(growing: Unfinished, partial: Path) -> None:
    """Counts the whole lines that are there and cuts off what a kill has left of the next."""
    file, end = growing.file, 0
    file.seek(0)
    for line in file:
        if not line.endswith(b"\n"):
            break
        growing.rows += 1
        end += len(line)
        growing.outcomes[_outcome(line, growing.rows, partial)] += 1
    file.seek(end)
    file.truncate()


def _outcome(line: bytes, number: int, partial: Path) -> str:
    try:
        row = json.loads(line)
        if row["row"] == number:
            return str(row["outcome"])
    except (ValueError, KeyError, TypeError):
        pass
    raise IntegrityError(f"line {number} of {partial} is not row {number}", hint="add --fresh to begin again")
