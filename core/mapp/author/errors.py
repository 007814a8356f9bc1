"""The ways in which a coder fails; each failure carries what was spent."""

from __future__ import annotations

from mapp.errors import MappError
from mapp.model.spend import Spend


class CoderFailed(MappError):
    """A coder gave no proposal."""

    code = "MAPP-0510"
    kind = "failed"

    def __init__(self, message: str, *, hint: str = "", spend: Spend | None = None) -> None:
        super().__init__(message, hint=hint)
        self.spend = spend or Spend()


class NoCredentials(CoderFailed):
    """The key is missing or was rejected."""

    code = "MAPP-0511"
    exit_code = 4
    kind = "no_credentials"


class CoderRefused(CoderFailed):
    """The model declined to answer."""

    code = "MAPP-0512"
    kind = "refused"


class OverBudget(CoderFailed):
    """The next call could exceed a budget, or this call ran out of time."""

    code = "MAPP-0513"
    exit_code = 7
    kind = "over_budget"


class Unavailable(CoderFailed):
    """The model or the agent could not be reached, or stopped in the middle."""

    code = "MAPP-0514"
    exit_code = 4
    kind = "unavailable"


class BadAnswer(CoderFailed):
    """The answer holds no usable proposal."""

    code = "MAPP-0515"
    kind = "bad_answer"
