"""Finding the app that does the same: whatever its arguments are called, and never by guessing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.ops.check.gate import Options
from mapp.ops.compile.duplicates import MIN_SHARED, find_duplicate
from support.apps import Draft, app
from support.library import Built, library

FEW = Options(inputs=40)
RATIO = "function main(input) { return input.part / (input.whole || 1); }\n"


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def found(built: Built, draft: Draft) -> tuple[str, int] | None:
    return find_duplicate(built.workspace, draft.read(), draft.files, options=FEW)


def renamed(name: str, argument: str, source: str) -> Draft:
    """Returns an app that takes one number under another name."""
    schema = {"type": "number", "minimum": -1000, "maximum": 1000}
    draft = app(name).stating(input={argument: schema}).source(source)
    return draft.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")


def ratio(name: str, source: str, first: str, second: str) -> Draft:
    """Returns an app that takes two numbers."""
    schema = {"type": "number", "minimum": 1, "maximum": 100}
    draft = app(name).stating(input={first: schema, second: schema}).source(source)
    return draft.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")


def test_an_app_that_does_the_same_is_found_with_the_number_of_inputs(built: Built) -> None:
    built.put(app("double"))
    name, count = found(built, app("twice").source("function main(i) { return i.number + i.number; }")) or (
        "",
        0,
    )

    assert name == "double" and count >= MIN_SHARED


def test_an_app_is_not_its_own_duplicate(built: Built) -> None:
    built.put(app("double"))

    assert found(built, app("double")) is None


def test_a_duplicate_may_have_other_names_for_its_arguments(built: Built) -> None:
    built.put(app("double"))
    twice = renamed("twice", "amount", "function main(input) { return input.amount * 2; }")

    assert (found(built, twice) or ("",))[0] == "double"


def test_arguments_are_paired_in_every_order(built: Built) -> None:
    built.put(ratio("share", RATIO, "part", "whole"))
    swapped = ratio("of", "function main(input) { return input.b / (input.a || 1); }", "a", "b")

    assert (found(built, swapped) or ("",))[0] == "share"


@pytest.mark.parametrize(
    "source",
    [
        "function main(input) { return input.number * 2 + 1; }",
        "function main(input) { return input.number > 0 ? input.number * 2 : 0; }",
        "function main(input) { throw new Error('never'); }",
    ],
)
def test_an_app_with_other_answers_is_no_duplicate(built: Built, source: str) -> None:
    built.put(app("double"))

    assert found(built, app("other").source(source).file("tests/examples.jsonl", "")) is None


def test_an_app_with_an_output_of_another_type_is_no_duplicate(built: Built) -> None:
    built.put(app("double"))
    text = app("text").stating(output={"type": "string"}).file("tests/examples.jsonl", "")

    assert found(built, text.source("function main(i) { return String(i.number * 2); }")) is None


def test_a_declared_error_counts_as_an_answer_and_a_failure_does_not(built: Built) -> None:
    def refusing(name: str, source: str) -> Draft:
        draft = app(name).stating(errors={"negative": "It is negative."}).source(source)
        return draft.file("tests/examples.jsonl", "")

    strict = "function main(i) { if (i.number < 0) throw new Error('negative'); return i.number * 2; }"
    built.put(refusing("strict", strict))

    assert (found(built, refusing("alike", strict.replace("* 2", "+ i.number"))) or ("",))[0] == "strict"
    failing = strict.replace("throw new Error('negative')", "return 0 / 0")
    assert found(built, refusing("failing", failing)) is None


def test_apps_that_may_do_more_than_compute_are_never_compared(built: Built) -> None:
    built.put(app("double"))
    assert found(built, app("twice").stating(capabilities={"clock": True})) is None
    built.put(
        app("thrice")
        .stating(capabilities={"clock": True})
        .source("function main(i) { return i.number * 3; }")
    )

    assert found(built, app("triple").source("function main(i) { return i.number * 3; }")) is None


def test_a_damaged_app_is_skipped(built: Built) -> None:
    built.put(app("double"))
    built.put(app("another"))
    (built.repository("another") / "refs" / "heads" / "main").unlink()

    assert (found(built, app("twice")) or ("",))[0] == "double"
