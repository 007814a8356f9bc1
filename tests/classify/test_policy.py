"""The table of what mapp does about each class."""

from __future__ import annotations

import pytest

from mapp.classify.policy import POLICIES, QUARANTINING, policies
from mapp.errors import UsageError
from mapp.model.incident import FAILURE_CLASSES, HEALABLE
from mapp.ops.run import permissions


def test_every_class_has_a_policy() -> None:
    assert tuple(POLICIES) == FAILURE_CLASSES


def test_only_classes_that_may_cost_tokens_are_healed() -> None:
    healed = {name for name in FAILURE_CLASSES if "heal" in POLICIES[name].actions}
    assert healed == HEALABLE | {"regression"}
    assert POLICIES["regression"].actions[0] == "roll back"


def test_what_may_have_happened_is_never_tried_again() -> None:
    assert not any(POLICIES[name].retries for name in ("ambiguous", "quota", "credential", "caller_input"))


def test_the_setting_changes_some_classes_and_leaves_the_others() -> None:
    changed = policies("nondeterminism=tell, code_bug=tell+heal")
    assert not changed["nondeterminism"].quarantines and changed["security"].quarantines
    assert {name: row for name, row in changed.items() if name != "nondeterminism"} == {
        name: row for name, row in POLICIES.items() if name != "nondeterminism"
    }
    assert policies("") == POLICIES


@pytest.mark.parametrize(
    "setting", ["bug=tell", "code_bug", "code_bug=fix", "ambiguous=retry", "quota=back off", "resource=heal"]
)
def test_a_setting_that_would_do_harm_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match="policy"):
        policies(setting)


def test_the_classes_that_stop_an_app_are_the_same_everywhere() -> None:
    assert set(permissions.QUARANTINING) == QUARANTINING
