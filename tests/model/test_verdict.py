from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.errors import InvalidInput
from mapp.model.verdict import Finding, Result, Verdict, mutation_score
from support.apps import app
from support.verdicts import passing


def test_a_verdict_survives_a_round_trip() -> None:
    finding = Finding(path="main.js:1", message="is wrong", reproduce="mapp test double", evidence="a\nb")
    result = Result(check="mutation", status="failed", problems=(finding,), evidence=(("score", 0.5),))
    verdict = replace(passing(app("double")), results=(result,), forced=True)

    assert Verdict.from_dict(verdict.to_dict()) == verdict


def test_a_verdict_without_results_has_not_passed() -> None:
    assert not replace(passing(app("double")), results=()).passed


def test_a_skipped_check_does_not_fail_the_verdict() -> None:
    results = (Result(check="source", status="passed"), Result(check="rows", status="skipped"))

    assert replace(passing(app("double")), results=results).passed


def test_the_mutation_score_is_read_from_its_check_only() -> None:
    other = Result(check="rows", status="passed", evidence=(("score", 0.1),))
    own = Result(check="mutation", status="passed", evidence=(("score", 0.75),))

    assert mutation_score((other, own)) == 0.75
    assert mutation_score((other,)) is None


@pytest.mark.parametrize("change", [{"verdict": 2}, {"kind": "other"}, {"checks": 5}, {"base": ...}])
def test_an_invalid_verdict_is_refused(change: dict[str, object]) -> None:
    document = {**passing(app("double")).to_dict(), **change}
    if change.get("base") is ...:
        del document["base"]

    with pytest.raises(InvalidInput, match="this is not a verdict"):
        Verdict.from_dict(document)
