"""Writes core/mapp/author/prices.toml from genai-prices: `python .ci/refresh-prices.py [--check]`.

Models that genai-prices does not know keep their row. With `--check` nothing is written; what differs is
printed, and the exit code is 1 if anything does. A person reads the result before it is committed: with a
wrong price a budget does not hold.
"""

from __future__ import annotations

import datetime
import re
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "core/mapp/author/prices.toml"
COLUMNS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}
Row = dict[str, Decimal]


def known(model: str, now: datetime.datetime) -> Row | None:
    """Returns the row of a model of Anthropic as genai-prices has it, or None."""
    from genai_prices.data import providers

    (provider,) = [one for one in providers if one.id == "anthropic"]
    found = provider.find_model(model)
    if found is None:
        return None
    prices = found.get_prices(now)
    cells = {key: getattr(prices, column) for key, column in COLUMNS.items()}
    # Prompts of mapp are short, so where a price has tiers the first one counts.
    row = {key: getattr(cell, "base", cell) for key, cell in cells.items()}
    return None if None in row.values() else {key: Decimal(str(value)) for key, value in row.items()}


def refreshed(text: str, today: datetime.date) -> tuple[str, list[str]]:
    """Returns the table as it should be, and a line for each difference."""
    now = datetime.datetime.combine(today, datetime.time(12), tzinfo=datetime.UTC)
    models: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)["models"]
    said = []
    for name, old in models.items():
        new = known(name, now)
        if new is None:
            said.append(f"unknown to genai-prices, kept: {name}")
        elif any(Decimal(old[key]) != new[key] for key in COLUMNS):
            said.append(f"changed: {name} {_cells(old)} -> {_cells(new)}")
            text = re.sub(rf'^"{re.escape(name)}" = .*$', f'"{name}" = {{ {_cells(new)} }}', text, flags=re.M)
    return re.sub(r'^date = ".*"$', f'date = "{today}"', text, flags=re.M), said


def _cells(row: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {Decimal(row[key]).normalize():f}" for key in COLUMNS)


def main() -> int:
    """Refreshes the table, or says how it differs."""
    before = TABLE.read_text(encoding="utf-8")
    after, said = refreshed(before, datetime.datetime.now(datetime.UTC).date())
    print("\n".join(said or ["nothing changed"]))  # noqa: T201
    if "--check" in sys.argv[1:]:
        return int(any(line.startswith("changed") for line in said))
    TABLE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
