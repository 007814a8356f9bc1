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

MAX_CALLS: Final = 1000
MAX_BYTES: Final = 32 << 20
"""Of all calls and answers of one run together: they are kept until it ends, and then in the journal."""
MAX_WAIT: Final = 60.0
"""Seconds that all calls of one run may take together; they do not count as the script's own time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostCall:
    """One thing that a script asks: the name of the function and its arguments, the text of a JSON array."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostAnswer:
    """What the function returns, as JSON text."""

    json: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRefused:
    """What the function throws: a `HostError` with this `code` and message."""

    code: str
    message: str


_BUDGET: Final = f"more than {MAX_CALLS} host calls, {MAX_BYTES >> 20} MiB or {MAX_WAIT:g} s"


class Broker(Protocol):
    """Does for one run what its script may not do itself."""

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Returns what came of a call, within about so many seconds; checks that it was granted."""
        ...
