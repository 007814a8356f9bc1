"""How a refusal travels inside the broker; outside it is a value."""

from __future__ import annotations

from mapp.model.http import FaultKind, HttpFault


class Refusal(Exception):
    """A request that goes no further; never leaves the broker."""

    def __init__(self, kind: FaultKind, message: str) -> None:
        super().__init__(message)
        self.fault = HttpFault(kind=kind, message=message)
