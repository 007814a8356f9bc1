"""The benchmark of a stream of requests, on a few invented jobs: what it counts is what happened."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.amortise import Wish, figures, opened, remarks, stream_of, summary
from benchmarks.intents import Author, choice, intents_of
from benchmarks.metered import KEPT_SECONDS, MIN_CACHED, PromptCache
from benchmarks.plot import panels_of, svg
from mapp.ops.check.gate import Options

SAID = {
    "water_plants": ("water the {}", "give the {} some water", "sprinkle the {}", "do the {} need water"),
    "feed_pets": ("feed the {}", "give the {} food", "has the {} eaten", "fill the bowl of the {}"),
    "open_curtains": ("open the {}", "draw the {} apart", "let light through the {}", "are the {} open"),
    "sharpen_tools": ("sharpen the {}", "grind the {}", "make the {} cut again", "is the {} blunt"),
}
THINGS = {
    "water_plants": ("roses", "ferns"),
    "feed_pets": ("cat", "hamster"),
    "open_curtains": ("curtains", "blinds"),
    "sharpen_tools": ("axe", "chisel"),
}
ROWS = [
    (turn.format(thing), name) for name, turns in SAID.items() for turn in turns for thing in THINGS[name]
]


def near(said: list[list[str]]) -> Any:
    """Returns that every job is as near as any other."""
    return [[0.0] * len(said) for _ in said]


def test_a_job_is_paid_for_once_and_the_bill_is_what_the_service_counted(tmp_path: Path) -> None:
    wishes = [
        Wish(text="water the roses for 3 minutes", intent="water_plants"),
        Wish(text="water the roses for 3 minutes", intent="water_plants"),
        Wish(text="what is the meaning of life", intent=""),
    ]
    life, api = opened(str(tmp_path), intents_of(ROWS, near), options=Options(inputs=20))
    try:
        rows = life.live(wishes, lambda row: None)
    finally:
        api.close()
        life.workspace.close()

    assert [row.came for row in rows] == ["written", "matched", "refused"]
    assert [row.calls > 0 for row in rows] == [True, False, False]
    spend = rows[0].spend
    price = life.coder.price
    plain = spend.tokens_in - spend.written_in - spend.cached_in
    paid = plain * price.input + spend.written_in * price.cache_write + spend.cached_in * price.cache_read
    assert 0 <= spend.cost_micros - (paid + spend.tokens_out * price.output) <= rows[0].calls
    assert spend.tokens_in > 2_000 and spend.tokens_out > 1_000
    assert (rows[0].apps, rows[1].apps, rows[1].again) == (1, 1, True)
    assert life.author.owners == {rows[1].app: "water_plants"}
    total = figures(rows)
    assert (total["written"], total["matched"], total["refused"], total["wrong"]) == (1, 1, 1, 0)
    assert [part["requests"] for part in summary(rows, window=2)] == ["1-2", "3-3", "all"]
    assert any("Asked again word for word: 1; of those 1 cost no token" in line for line in remarks(rows))
    drawn = ElementTree.fromstring(svg(panels_of([asdict(row) for row in rows]), len(rows)))
    assert len([child for child in drawn if child.tag.endswith("polyline")]) == 7


def test_the_author_widens_the_app_that_does_the_job_and_writes_a_new_one_otherwise() -> None:
    intents = intents_of(ROWS, near)
    author = Author(owners={"plants": "water_plants", "pets": "feed_pets"}, versions={"plants": 1})
    task = "App water-roses, round 1. Write: choice.json, mapp.toml."

    def said(near: str, task: str) -> Mapping[str, str]:
        blocks = [{"text": near}, {"text": f"quoted\n{task}"}]
        return author({"messages": [{"content": blocks}]})

    author.means(intents["water_plants"], "water the roses")
    assert said("pets: feeds\nplants: waters", task) == {"choice.json": choice("widen", "plants")}
    assert json.loads(said("pets: feeds", task)["choice.json"])["choice"] == "new"
    rows = said("", "App plants, round 2. Of the .jsonl files give new rows only: those that are there stay.")
    assert 'version = "0.2.0"' in rows["mapp.toml"] and "water the roses" in rows["tests/requests.jsonl"]


def test_a_stream_is_the_same_every_time_and_few_jobs_are_asked_for_most() -> None:
    first, second = (stream_of(ROWS, ["out"], 400) for _ in range(2))

    assert first == second
    counts = sorted((sum(wish.intent == name for wish in first) for name in SAID), reverse=True)
    assert counts[0] > 2 * counts[-1] > 0
    assert 5 <= sum(not wish.intent for wish in first) <= 40
    assert len({wish.text for wish in first}) < len(first)


def test_a_prefix_is_written_to_the_cache_read_from_it_and_forgotten() -> None:
    cache = PromptCache()
    parts = [
        ("tools and words", MIN_CACHED, True),
        ("of the change", 500, True),
        ("of the round", 70, False),
    ]
    other = [*parts[:1], ("of another change", 400, True), ("of the round", 70, False)]

    assert _billed(cache, parts) == (70, 0, MIN_CACHED + 500)
    assert _billed(cache, parts) == (70, MIN_CACHED + 500, 0)
    assert _billed(cache, other) == (70, MIN_CACHED, 400)
    cache.now += KEPT_SECONDS + 1
    assert _billed(cache, parts) == (70, 0, MIN_CACHED + 500)


def test_a_short_prefix_is_not_kept() -> None:
    cache = PromptCache()
    parts = [("words", MIN_CACHED - 1, True), ("of the round", 70, False)]

    assert _billed(cache, parts) == _billed(cache, parts) == (MIN_CACHED + 69, 0, 0)


def _billed(cache: PromptCache, parts: list[tuple[str, int, bool]]) -> tuple[int, int, int]:
    usage = cache.bill(parts)
    return usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
