"""The table of what mapp does about each class."""

from __future__ import annotations

from mapp.classify.policy import POLICIES, QUARANTINING
from mapp.model.incident import FAILURE_CLASSES, HEALABLE
from mapp.ops.run import quarantine


def test_every_class_has_a_policy() -> None:
    assert tuple(POLICIES) == FAILURE_CLASSES


def test_only_classes_that_may_cost_tokens_are_healed() -> None:
    healed = {name for name in FAILURE_CLASSES if "heal" in POLICIES[name].actions}
    assert healed == HEALABLE | {"regression"}
    assert POLICIES["regression"].actions[0] == "roll back"


def test_what_may_have_happened_is_never_tried_again() -> None:
    assert not any(POLICIES[name].retries for name in ("ambiguous", "quota", "credential", "caller_input"))


def test_the_classes_that_stop_an_app_are_the_same_everywhere() -> None:
    assert set(quarantine.QUARANTINING) == QUARANTINING
