"""An output file with one line per row that can be continued after `kill -9`.

While it grows, `FILE.partial` holds the finished lines and `FILE.state` the terms they were made with; at
the end `FILE.partial` becomes `FILE`. Only whole lines count, and only a process with the same terms may
continue.
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
    """The growing file: its number of rows, their outcomes, and the terms that all rows share."""

    terms: dict[str, Any]
    file: BinaryIO
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, line: str) -> None:
        """Writes one line. After this returns, only a crash of the machine can lose it."""
        self.file.write(line.encode() + b"\n")
        self.file.flush()


@contextlib.contextmanager
def unfinished(path: Path, terms: dict[str, Any], *, fresh: bool) -> Iterator[Unfinished]:
    """Opens a file that becomes `path` when the `with` block succeeds, and otherwise can be continued.

    `terms` are the values that the lines depend on. For names that end in `?`, the values of the process that
    started the file win. With `fresh`, an earlier file, finished or not, is discarded.

    Raises:
        AlreadyExists: the file is finished, or was started with other terms.
        Busy: another process is writing it.
        IntegrityError: the unfinished file is damaged or was not written by mapp.
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
        raise Busy(f"another process is writing {path}", hint="wait for it, or choose another file") from None
    try:
        yield
    finally:
        place.unlink(missing_ok=True)
        lock.release()


def _agree(path: Path, state: Path, terms: dict[str, Any]) -> dict[str, Any]:
    """Returns the terms that the file was started with; writes ours if it is new."""
    plain = {name.rstrip("?"): value for name, value in terms.items()}
    try:
        begun = json.loads(read_plain(state, follow=True))
    except FileNotFoundError:
        if path.exists():
            raise AlreadyExists(
                f"{path} already exists", hint="choose another file, or add --fresh to overwrite it"
            ) from None
        draft = _beside(path, "state-draft")
        draft.write_text(json.dumps({"unfinished": FORMAT, **plain}), encoding="utf-8")
        draft.replace(state)
        return plain
    except ValueError:
        raise IntegrityError(f"{state} is damaged", hint="add --fresh to start again") from None
    for name, value in terms.items():
        if not name.endswith("?") and (begun.get(name) != value or not value):
            before, now = (known or "one that can be read only once" for known in (begun.get(name), value))
            raise AlreadyExists(
                f"{path} was started with another {name}: {before}, now {now}",
                hint="continue with the same, choose another file, or add --fresh to start again",
                code="MAPP-0211",
            )
    return {name: begun[name] for name in plain}


def _take_up(growing: Unfinished, partial: Path) -> None:
    """Counts the whole lines and cuts off a partial one that a kill left behind."""
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
    raise IntegrityError(f"line {number} of {partial} is not row {number}", hint="add --fresh to start again")
