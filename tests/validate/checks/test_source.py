"""The static rules of a source."""

from __future__ import annotations

import pytest

from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks.source import check_source
from mapp.validate.trial import Trial
from support.apps import Draft, app


def result(executor: Executor, draft: Draft) -> Result:
    return check_source(Trial(app=draft.read(), executor=executor))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("return eval('1');", "main.js:2: calls eval"),
        ("return new Function('return 1')();", "main.js:2: calls Function"),
        ("return Function('return 1')();", "main.js:2: calls Function"),
        ("return require('fs');", "main.js:2: calls require"),
        ("return import('fs');", "main.js:2: calls import"),
        ("return host.now();", "main.js:2: uses host.now without the capability clock"),
        ("return host.http({});", "main.js:2: uses host.http without the capability http"),
        ("return host.store.get('a');", "main.js:2: uses host.store without the capability store"),
    ],
)
def test_forbidden_code_is_reported_with_its_line(executor: Executor, body: str, complaint: str) -> None:
    found = result(executor, app().source(f"function main(input, host) {{\n  {body}\n}}\n"))

    assert [str(problem).startswith(complaint) for problem in found.problems] == [True], found.problems


def test_an_unused_capability_is_reported(executor: Executor) -> None:
    found = result(executor, app().stating(capabilities={"clock": True, "random": True}))

    assert [problem.path for problem in found.problems] == [
        "mapp.toml: capabilities.clock",
        "mapp.toml: capabilities.random",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "function main(input, host) { return host.now(); }\n",
        "function main(input, { now }) { return now(); }\n",
        "function main(input, host) { return new Date().getTime(); }\n",
        "function main(input, h) { return h.now(); }\n",
    ],
)
def test_a_capability_may_be_used_in_any_way(executor: Executor, source: str) -> None:
    assert result(executor, app().stating(capabilities={"clock": True}).source(source)).passed


def test_texts_and_property_names_are_not_calls(executor: Executor) -> None:
    source = "function main(input) { return { eval: 'eval(1)', Function: [] }.eval.length; }\n"

    assert result(executor, app().source(source)).passed


def test_the_rules_also_apply_to_the_predicates(executor: Executor) -> None:
    found = result(
        executor, app().file("tests/properties.js", "function prop_a() { return eval('true'); }\n")
    )

    assert found.problems[0].path == "tests/properties.js:1"
