from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from mapp.author.prices import OLD, Price, parse_price, price_of, prices_age, prices_date
from mapp.errors import UsageError
from mapp.model.spend import Spend
from support.pages import ROOT

SONNET = price_of("claude-sonnet-5-5")


def test_every_kind_of_token_has_its_price() -> None:
    spend = Spend(tokens_in=1_000, cached_in=600, written_in=300, tokens_out=50)
    assert SONNET.charged(spend).cost_micros == 100 * 2 + 60 + 750 + 500


def test_parts_of_a_micro_dollar_are_rounded_up() -> None:
    price = Price(input=Decimal("0.1"))
    assert [price.charged(Spend(tokens_in=count)).cost_micros for count in (0, 1, 10, 11)] == [0, 1, 1, 2]


def test_a_dated_name_has_the_price_of_its_alias() -> None:
    assert price_of("claude-opus-4-5-20251101") == price_of("claude-opus-4-5")


@pytest.mark.parametrize("name", ["", "gpt-9", "claude-opus", "claude-opus-5-7", "claude-opus-5-5-latest"])
def test_a_model_without_a_known_price_needs_one_in_the_settings(name: str) -> None:
    with pytest.raises(UsageError, match="is unknown"):
        price_of(name)
    assert price_of(name, "1/2").output == 2


@pytest.mark.parametrize("text", ["", "3", "3/", "a/b", "-1/2", "1/2/3", "NaN/1", "Infinity/1", "1/99999"])
def test_an_invalid_price_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_price(text)


def test_the_table_has_a_date() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", prices_date())


def test_the_age_of_the_table_is_counted_in_days() -> None:
    made = datetime.fromisoformat(f"{prices_date()}T00:00:00+00:00").timestamp()
    assert [prices_age(made), prices_age(made + 86_399), prices_age(made + (OLD + 1) * 86_400)] == [
        0,
        0,
        OLD + 1,
    ]


Refresh = Callable[[str, date], tuple[str, list[str]]]


@pytest.fixture
def refreshed() -> Refresh:
    script: Refresh = runpy.run_path(str(ROOT / ".ci/refresh-prices.py"))["refreshed"]
    return script


def table() -> str:
    return (ROOT / "core/mapp/author/prices.toml").read_text(encoding="utf-8")


def test_the_table_agrees_with_another_collection_of_prices(refreshed: Refresh) -> None:
    text, said = refreshed(table(), date.fromisoformat(prices_date()))
    assert text == table(), "python .ci/refresh-prices.py updates it"
    assert not [line for line in said if line.startswith("changed")]


def test_a_refresh_writes_the_changes_and_the_date_and_keeps_the_rest(refreshed: Refresh) -> None:
    wrong = table().replace(
        '"claude-opus-5-5" = { input = 4, output = 20, cache_read = 0.2, cache_write = 5 }',
        '"claude-opus-5-5" = { input = 99, output = 20, cache_read = 0.2, cache_write = 5 }',
    )
    assert wrong != table()

    text, said = refreshed(wrong, date(2026, 11, 30))

    assert text == table().replace(f'date = "{prices_date()}"', 'date = "2026-11-30"')
    assert [line for line in said if "opus-5-5" in line and "input = 99" in line and "input = 4" in line]
