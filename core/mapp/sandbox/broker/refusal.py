"""The exception for a refused request inside the broker. Outside, a refusal is a value."""

from __future__ import annotations

from mapp.model.http import FaultKind, HttpFault


class Refusal(Exception):
    """Ends a request. Never leaves the broker."""

    def __init__(self, kind: FaultKind, message: str) -> None:
        super().__init__(message)
        self.fault = HttpFault(kind=kind, message=message)
