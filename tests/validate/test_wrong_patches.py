"""The corpus of wrong patches and honest rewrites is what it claims to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from benchmarks.gate.corpus import Patch, Patched, apps, difference, inputs_of, source_of, tells
from benchmarks.gate.patches import Seen, honest_table, judge, wrong_table
from mapp.model.arguments import with_defaults
from mapp.sandbox.executor import Executor

APPS: Final = tuple(apps())


def app_named(name: str) -> Patched:
    return next(app for app in APPS if app.name == name)


def test_there_are_enough_patches_and_half_of_the_apps_have_ordinary_tests() -> None:
    patches = [patch for app in APPS for patch in app.patches]
    assert sum(patch.wrong for patch in patches) >= 120
    assert sum(not patch.wrong for patch in patches) >= 60
    written = [app for app in APPS if app.tests == "hand-written"]
    assert len(APPS) == 2 * len(written) == 28
    assert all(6 <= len(app.app.examples) <= 16 for app in written)
    assert all(3 <= app.app.properties.count("\nfunction ") + 1 <= 6 for app in written)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_every_wrong_patch_differs_for_its_witness(app: Patched, executor: Executor) -> None:
    right = app.app
    for patch in app.patches:
        if patch.witness is not None:
            wrong = replace(right, source=source_of(right.source, patch))
            witness = with_defaults(right.manifest, patch.witness)
            assert tells(right, wrong, witness, executor), patch.why


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_no_honest_rewrite_differs_on_a_sample_of_the_inputs(app: Patched, executor: Executor) -> None:
    inputs = inputs_of(app, sample=40)
    assert len(inputs) > 40
    for patch in app.patches:
        if not patch.wrong:
            assert difference(app, patch, inputs, executor) == "", patch.why


def test_the_inputs_tell_a_wrong_patch_from_the_right_app(executor: Executor) -> None:
    app = app_named("vat")
    wrong = next(patch for patch in app.patches if patch.wrong)
    assert difference(app, wrong, inputs_of(app, sample=40), executor) != ""


def test_the_gate_refuses_a_patch_that_an_example_contradicts(executor: Executor) -> None:
    app = app_named("parcel-price")
    patch = Patch(why="", edits=(("weight === 0", "weight === 40"),), fault="bound", witness={"weight": 0})
    seen = judge(app, patch, "edit", executor)
    assert (seen.refused, seen.named, seen.let_in) == ("examples", False, False)


def test_tables_count_what_passed_what_was_named_and_what_was_asked() -> None:
    wrong = Patch(why="w", edits=(), fault="bound", witness={})
    honest = Patch(why="h", edits=())

    def seen(patch: Patch, refused: str, asked: int = 0, *, named: bool = False) -> Seen:
        return Seen(
            app="a", tests="starter", kind="edit", patch=patch, refused=refused, asked=asked, named=named
        )

    rows = [
        seen(wrong, "examples"),
        seen(wrong, "", 1, named=True),
        seen(wrong, "", 3),
        seen(wrong, "total"),
        seen(honest, "", 2),
        seen(honest, "size"),
    ]
    name, passed, unnoticed = wrong_table(rows).rows[0]
    assert name == "as an edit, starter"
    assert isinstance(passed, dict) and isinstance(unnoticed, dict)
    assert (passed["count"], passed["of"], unnoticed["count"]) == (2, 4, 1)
    _, refused, answers, middle, _ = honest_table(rows).rows[0]
    assert isinstance(refused, dict) and isinstance(answers, dict) and isinstance(middle, dict)
    assert (refused["count"], answers["count"], middle["value"]) == (1, 0, 2)


def test_a_patch_whose_text_is_not_in_the_source_is_refused() -> None:
    with pytest.raises(ValueError, match="0 times in the source"):
        source_of("let a = 1;", Patch(why="rename", edits=(("let b", "let c"),)))
