"""What the author needs of a ledger; the one that lies on disk is handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mapp.model.spend import Planned, Spend, Sums


class Ledger(Protocol):
    """Remembers every call of a coder: planned before it is made, settled when it has ended."""

    def sums(self, change: str) -> Sums:
        """Returns what was spent so far; calls that were never settled count at their worst.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...

    def plan(self, call: Planned, allowed: Callable[[Sums], None]) -> str:
        """Writes a call down, durably, at its worst cost, and returns the id of the row.

        `allowed` is given the sums without the call and raises where it must not be made; nobody else can
        plan a call in between.

        Raises:
            MappError: it cannot be written, so it must not be made.
        """
        ...

    def settle(self, identity: str, spend: Spend, outcome: str, answer: str | None) -> None:
        """Puts what the call did cost in the place of its worst case, and keeps the answer.

        Raises:
            MappError: it cannot be written; the call goes on counting at its worst.
        """
        ...

    def answer(self, change: str, phase: str, number: int) -> str | None:
        """Returns the answer that a round was given before, or None.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...
