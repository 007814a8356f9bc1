"""The check `similar-app`, with real repositories: what is listed is fetched, and both run in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.ops.share import similar
from mapp.ops.share.check_registry import check_change, default_base
from mapp.ops.share.submit import SubmissionRefused
from support.apps import Draft, app
from support.library import git
from support.publishing import Story

PRICE = """// SPDX-License-Identifier: MIT
function main(input, host) {
  const share = input.rate / 100;
  if (input.direction === "remove") {
    return Math.round(input.price / (1 + share) * 100) / 100;
  }
  return Math.round(input.price * (1 + share) * 100) / 100;
}
"""
OTHER_WORDS = """// SPDX-License-Identifier: MIT
const cents = (amount) => Math.round(amount * 100) / 100;
function main({net, percent, way}) {
  const factor = (100 + percent) / 100;
  return way === "remove" ? cents(net / factor) : cents(net * factor);
}
"""
HALVES = PRICE.replace("* 100) / 100", "* 50) / 100")


def priced(name: str, source: str, price: str = "price", rate: str = "rate", way: str = "direction") -> Draft:
    """Returns an app that takes a price, a rate and a direction, whatever they are called."""
    draft = app(name).source(source).stating(description="Adds value-added tax to a price, or removes it.")
    draft.without("tests/examples.jsonl").without("tests/requests.jsonl")
    draft.manifest["input"] = {
        price: {"type": "number", "minimum": 0, "maximum": 100_000},
        rate: {"type": "number", "minimum": 0, "maximum": 90},
        way: {"enum": ["add", "remove"]},
    }
    draft.manifest["output"] = {"type": "number"}
    draft.example({price: 0, rate: 20, way: "add"}, output=0)
    return draft.said("add 20 percent to 100", {price: 100, rate: 20, way: "add"})


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder: Path = tmp_path_factory.mktemp("similar")
    story = Story(folder / "story").releases(priced("vat", PRICE))
    story.publishes("vat")
    yield story
    story.close()


def test_an_app_that_does_what_a_listed_one_does_is_held_with_the_hint_to_extend_that_one(
    story: Story,
) -> None:
    story.releases(priced("sales-tax", OTHER_WORDS, "net", "percent", "way"))
    with pytest.raises(SubmissionRefused) as caught:
        story.publishes("sales-tax", dry_run=True)
    (problem,) = [row for row in caught.value.problems if row.path == "similar-app"]
    assert "sales-tax does what vat does" in problem.message
    assert "extend vat instead (git clone " in problem.message and "/vat.git)" in problem.message
    found = story.publishes("sales-tax", dry_run=True, override=("similar-app",))
    assert found.plan.review.overridden == ("similar-app",)


def test_an_app_of_the_same_interface_that_does_something_else_is_not_held(story: Story) -> None:
    story.releases(priced("half-price", HALVES))
    assert story.publishes("half-price", dry_run=True).plan.review.passed


def test_a_maintainer_holds_the_same_submission(story: Story) -> None:
    story.releases(priced("goods-tax", OTHER_WORDS, "net", "percent", "way"))
    story.publishes("goods-tax", direct=False, override=("similar-app",))
    git(story.folder, "clone", "-q", str(story.registry), "clone")
    clone = story.folder / "clone"
    found = check_change(
        story.built.workspace, clone, base=default_base(clone), head="origin/submit/goods-tax/1.0.0"
    )
    refused = {row.check for row in found.review.with_status("refused")}
    assert "similar-app" in refused
    quick = check_change(
        story.built.workspace,
        clone,
        base=default_base(clone),
        head="origin/submit/goods-tax/1.0.0",
        run_gate=False,
    )
    states = {row.check: row.status for row in quick.review.results}
    assert (states["similar-app"], states["gate"]) == ("skipped", "skipped"), "no code of an app runs"


def test_what_cannot_be_fetched_any_more_blocks_nobody(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.releases(priced("value-tax", OTHER_WORDS, "net", "percent", "way"))
    there, gone = Path(story.remote("vat")), story.folder / "gone.git"
    there.rename(gone)
    try:
        assert story.publishes("value-tax", dry_run=True).plan.review.passed
    finally:
        gone.rename(there)


def test_a_new_version_of_a_listed_app_is_not_compared_with_others(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("nothing is looked for")

    monkeypatch.setattr(similar, "candidates", fail)
    story.releases(priced("vat", PRICE.replace("share", "part")).version("1.0.1"))
    assert story.publishes("vat", dry_run=True).plan.review.passed


def test_the_report_names_the_check_in_json(story: Story) -> None:
    story.releases(priced("trade-tax", OTHER_WORDS, "net", "percent", "way"))
    found = story.publishes("trade-tax", dry_run=True, override=("similar-app",)).to_dict()
    (row,) = [row for row in found["review"]["checks"] if row["check"] == "similar-app"]
    assert row["status"] == "overridden" and "vat" in json.dumps(row["problems"])
