"""Host calls: the requests that a script makes to its host while it runs, their answers and their limits.

The script may have taken over the process that sends a call. So nothing in a call is trusted: a bad call is
refused, and that is all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

FUNCTIONS: Final = {
    "http": ("http",),
    "store": ("store.get", "store.set", "store.delete", "store.keys"),
    "llm": ("llm",),
}
"""The calls that each capability allows."""

MAX_CALLS: Final = 1000
MAX_BYTES: Final = 32 << 20
"""The size of all calls and answers of one run together. They stay in memory, then go to the journal."""
MAX_WAIT: Final = 60.0
"""Seconds that all calls of one run may take together. They do not count towards the script's own time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostCall:
    """One call: the name of the function, and its arguments as the text of a JSON array."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostAnswer:
    """The function's return value as JSON text."""

    json: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRefused:
    """A refusal: the function throws a `HostError` with this `code` and message."""

    code: str
    message: str


_BUDGET: Final = f"more than {MAX_CALLS} host calls, {MAX_BYTES >> 20} MiB or {MAX_WAIT:g} s"


class Broker(Protocol):
    """Carries out the host calls of one run."""

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Checks that a call is granted and returns its answer, within about `seconds`."""
        ...
