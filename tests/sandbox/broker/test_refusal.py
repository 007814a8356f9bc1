"""A refusal carries the fault that the app is shown."""

from __future__ import annotations

import pytest

from mapp.model.http import FaultKind, HttpFault
from mapp.sandbox.broker.refusal import Refusal
from support.web import World, ask, plain


@pytest.mark.parametrize("kind", ["dns", "timeout", "too_large"])
def test_a_refusal_has_a_fault_of_its_kind_with_its_message(kind: FaultKind) -> None:
    refusal = Refusal(kind, "because")

    assert refusal.fault == HttpFault(kind=kind, message="because")
    assert str(refusal) == "because"


def test_outside_the_broker_a_refusal_is_a_value() -> None:
    result = ask(World({}).fetcher(), plain("other.example"))

    assert isinstance(result, HttpFault)
    assert "api.example" in result.message
