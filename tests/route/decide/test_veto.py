import pytest

from mapp.route.decide.veto import Veto


@pytest.mark.parametrize("name", ["missing-argument", "ambiguous-date", "number-left-over", "unit-left-over"])
def test_a_value_may_be_asked_about(name: str) -> None:
    assert not Veto(name=name, reason="x").turns_the_meaning


@pytest.mark.parametrize(
    "name",
    [
        "negation", "opposite", "exclusion", "inclusion", "restriction", "result-form", "unknown-format",
        "place", "operation", "second-request", "other-quantity",
    ],
)  # fmt: skip
def test_no_confirmation_makes_an_app_heed_a_phrase(name: str) -> None:
    assert Veto(name=name, reason="x").turns_the_meaning
