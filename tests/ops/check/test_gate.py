"""A recorded verdict proves a change only if all its checks are there; failures are refused with a hint."""

from __future__ import annotations

import pytest

from mapp.errors import InvalidApp
from mapp.model.verdict import Finding, Result, Verdict
from mapp.ops.check.gate import accepting_engines, is_proof, refuse_failures
from mapp.validate.gate import checks_for

BASE = "b" * 40


def verdict(*failing: str, without: tuple[str, ...] = (), base: str | None = None) -> Verdict:
    """Returns a verdict of an edit in which these checks fail and others are missing."""
    names = [check.id for check in checks_for("edit", compares=base is not None)]
    results = tuple(
        Result(
            check=name,
            status="failed" if name in failing else "passed",
            counted=1,
            problems=(Finding(path="main.js", message="is wrong"),) if name in failing else (),
            evidence=(("least", "2.0.0"),) if name == "version" else (),
        )
        for name in names
        if name not in without
    )
    return Verdict(
        app="double",
        version="1.0.0",
        tree="a" * 40,
        base=base,
        kind="edit",
        mapp="0.1.0",
        engine="quickjs",
        seed=1,
        inputs=100,
        results=results,
    )


def test_a_passing_verdict_on_the_same_base_is_proof() -> None:
    assert is_proof(verdict(base=BASE), "edit", base=BASE)


def test_a_verdict_without_a_check_or_of_another_kind_or_base_is_not_proof() -> None:
    assert not is_proof(verdict(without=("mutation",), base=BASE), "edit", base=BASE)
    assert not is_proof(verdict("total", base=BASE), "edit", base=BASE)
    assert not is_proof(verdict(base=BASE), "rollback", base=BASE)
    assert not is_proof(verdict(base=BASE), "edit", base="c" * 40)


def test_a_verdict_from_before_a_newer_check_is_still_proof() -> None:
    assert is_proof(verdict(without=("engines",)), "edit", base=None)


def test_accepted_engine_differences_pass_and_are_marked() -> None:
    accepted = accepting_engines(verdict("engines", "total"))
    by_check = {result.check: result for result in accepted.results}

    assert by_check["engines"].passed and dict(by_check["engines"].evidence)["accepted"] is True
    assert not by_check["total"].passed


@pytest.mark.parametrize(
    ("failing", "code", "hint"),
    [
        (("total",), "MAPP-0810", "--force"),
        (("engines",), "MAPP-0810", "--accept-engine-difference"),
        (("version",), "MAPP-0820", 'version = "2.0.0"'),
    ],
)
def test_a_failure_is_refused_with_a_hint_unless_forced(
    failing: tuple[str, ...], code: str, hint: str
) -> None:
    found = verdict(*failing, base=BASE)
    with pytest.raises(InvalidApp) as refused:
        refuse_failures(found, force=False)

    assert refused.value.code == code and hint in (refused.value.hint or "")
    refuse_failures(found, force=True)


@pytest.mark.parametrize("failing", ["total", "engines", "version", "source"])
def test_a_command_can_give_its_own_hint(failing: str) -> None:
    with pytest.raises(InvalidApp) as refused:
        refuse_failures(verdict(failing, base=BASE), force=False, hint="do this")

    assert refused.value.hint == "do this"


def test_force_does_not_help_a_source_that_does_not_load() -> None:
    with pytest.raises(InvalidApp) as refused:
        refuse_failures(verdict("source"), force=True)

    assert not refused.value.hint
