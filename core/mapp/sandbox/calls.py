"""Host calls: what a script asks of the outside while it runs, who answers, and the bounds of asking.

A call comes from a process that may have been taken over by what it runs. Whatever it says, the worst that
can come of it is a refusal of that very call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

FUNCTIONS: Final = {
    "http": ("http",),
    "store": ("store.get", "store.set", "store.delete", "store.keys"),
    "llm": ("llm",),
}
"""Which calls a capability allows."""

MOST_CALLS: Final = 1000
MOST_BYTES: Final = 32 << 20
"""Of all calls and answers of one run together: they are kept until it ends, and then in the journal."""
LONGEST_WAIT: Final = 60.0
"""Seconds that all calls of one run may take together; they do not count as the script's own time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One thing that a script asks: the name of the function and its arguments, the text of a JSON array."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the function returns, as JSON text."""

    json: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """What the function throws: a `HostError` with this `code` and message."""

    code: str
    message: str


_BUDGET: Final = f"more than {MOST_CALLS} host calls, {MOST_BYTES >> 20} MiB or {LONGEST_WAIT:g} s"


class Broker(Protocol):
    """Does for one run what its script may not do itself."""

    def answer(self, call: Call, *, seconds: float) -> Answer | Refused:
        """Returns what came of a call, within about so many seconds; checks that it was granted."""
        ...
