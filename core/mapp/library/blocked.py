"""Versions that an advisory calls malicious: `blocked.json`, which a run of a third-party app reads.

The file is derived: each time a registry is read, its part is replaced. Without the file nothing is blocked.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Final

from mapp.errors import IntegrityError
from mapp.library.locks import holding
from mapp.library.paths import Home
from mapp.plain_files import read_plain, write_whole

MALICIOUS: Final = "MAPP-0657"
MAX_SIZE: Final = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Why some content must not run: the advisory's id and summary, and the address of its registry."""

    content: str
    advisory: str
    summary: str
    registry: str


def read_blocks(home: Home) -> tuple[Block, ...]:
    """Returns the blocks; empty if there is no file.

    Raises:
        IntegrityError: the file is damaged. Nothing from elsewhere should run then.
    """
    try:
        rows = json.loads(read_plain(home.blocked_file, most=MAX_SIZE))
        found = tuple(Block(**row) for row in rows)
        if not all(isinstance(value, str) for row in found for value in asdict(row).values()):
            raise TypeError("every value must be a text")
        return found
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise IntegrityError(
            f"{home.blocked_file} is damaged: {error}",
            hint="delete it, then write it again: mapp audit",
        ) from None


def replace_blocks(home: Home, registry: str, blocks: tuple[Block, ...]) -> None:
    """Replaces what one registry blocks."""
    with holding(home.holds, "blocked"):
        known: tuple[Block, ...] | None
        try:
            known = read_blocks(home)
        except IntegrityError:
            known = None
        rows = {*(row for row in known or () if row.registry != registry), *blocks}
        if known is None or rows != {*known}:
            home.root.mkdir(parents=True, exist_ok=True)
            _write(home, rows)


def _write(home: Home, rows: Collection[Block]) -> None:
    ordered = sorted(rows, key=lambda row: (row.registry, row.content, row.advisory))
    text = json.dumps([asdict(row) for row in ordered], ensure_ascii=False, indent=1)
    write_whole(home.blocked_file, f"{text}\n".encode())


def carry_blocks(home: Home, old: str, new: str) -> None:
    """Blocks a content that was made here from one that is blocked, until the registry is read again.

    Nothing is written if the old content is not blocked, or the file is damaged: then nothing runs anyway.
    """
    if old == new or not home.blocked_file.exists():
        return
    with holding(home.holds, "blocked"), contextlib.suppress(IntegrityError):
        known = read_blocks(home)
        if made := {replace(row, content=new) for row in known if row.content == old}:
            _write(home, {*known, *made})


def ensure_not_blocked(home: Home, name: str, content: str) -> None:
    """Raises IntegrityError if an advisory calls this content malicious."""
    for row in read_blocks(home):
        if row.content == content:
            raise malicious(name, row.advisory, row.summary)


def malicious(name: str, advisory: str, summary: str) -> IntegrityError:
    """Returns the error for an app that an advisory calls malicious."""
    return IntegrityError(
        f"{name} is malicious, says the advisory {advisory}: {summary}",
        hint=f"remove it: mapp remove {name}",
        code=MALICIOUS,
    )
