"""Why a coder gave no proposal; each failure carries what was spent all the same."""

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
    """The key is missing or not accepted."""

    code = "MAPP-0511"
    exit_code = 4
    kind = "no_credentials"


class CoderRefused(CoderFailed):
    """The model declined to answer."""

    code = "MAPP-0512"
    kind = "refused"


class OverBudget(CoderFailed):
    """The next call could cost more than a budget leaves, or this one took all of its time."""

    code = "MAPP-0513"
    exit_code = 7
    kind = "over_budget"


class Unavailable(CoderFailed):
    """The model or the agent could not be reached, or broke off."""

    code = "MAPP-0514"
    exit_code = 4
    kind = "unavailable"


class BadAnswer(CoderFailed):
    """There is an answer, and no proposal in it."""

    code = "MAPP-0515"
    kind = "bad_answer"
