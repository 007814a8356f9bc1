"""The failures of coders: their codes, exit codes and costs."""

from __future__ import annotations

import pytest

from mapp.author.errors import (
    BadAnswer,
    CoderFailed,
    CoderRefused,
    NoCredentials,
    OverBudget,
    Unavailable,
)
from mapp.errors import MappError
from mapp.model.spend import Spend

KINDS = (CoderFailed, NoCredentials, CoderRefused, OverBudget, Unavailable, BadAnswer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_keeps_its_message_and_its_cost(kind: type[CoderFailed]) -> None:
    spent = Spend(model="m", cost_micros=7, calls=1)
    failure = kind("it stopped", hint="try again", spend=spent)

    assert (failure.message, failure.hint, failure.spend) == ("it stopped", "try again", spent)
    assert isinstance(failure, CoderFailed) and isinstance(failure, MappError)


def test_a_failure_without_a_spend_has_a_cost_of_zero_of_its_own() -> None:
    one, other = BadAnswer("a"), BadAnswer("b")
    one.spend = one.spend + Spend(cost_micros=1)
    assert other.spend == Spend()


def test_every_failure_has_its_own_code_and_kind() -> None:
    assert len({kind.code for kind in KINDS}) == len({kind.kind for kind in KINDS}) == len(KINDS)


def test_the_exit_code_says_whether_the_budget_or_the_service_stopped_it() -> None:
    assert [kind("x").exit_code for kind in (OverBudget, NoCredentials, Unavailable)] == [7, 4, 4]
    assert BadAnswer("x").exit_code == CoderRefused("x").exit_code == MappError("x").exit_code
