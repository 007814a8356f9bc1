"""Functions of a data set become apps with contracts from their prompts."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.gate import docstrings
from benchmarks.gate.__main__ import main
from benchmarks.gate.bugs import Noticed, by_table, judge, noticed_table
from benchmarks.gate.docstrings import Bug, contracts, examples_of, files_of, properties_of
from mapp.model.app import read_app
from mapp.sandbox.executor import Executor

DECLARATION = "const unused = (a) => {\n  return a;\n}\n\nconst least = (list, bound) => {\n"
PROMPT = """/* Helper. */
const unused = (a) => {
  return a;
}

/* The smallest number of a list, at least the bound.
  >>> least([3, 1], 0)
  1
  >>> least([], 7)
  null
  least([2], 5) ==> 5
  least([1, 2) => 1
  */
const least = (list, bound) => {
"""
RIGHT = "  if (list.length === 0) return null;\n  return Math.max(bound, Math.min(...list));\n}\n"
BUGGY = "  if (list.length === 0) return null;\n  return Math.min(...list);\n}\n"
TABLE: dict[str, Any] = {
    "types": {"number": {"type": "integer", "minimum": 0, "maximum": 9}},
    "7": {
        "input": {"list": {"type": "array", "maxItems": 4, "items": "number"}, "bound": "number"},
        "output": {"type": ["integer", "null"], "minimum": 0},
        "properties": "function prop_is_not_below(input, output) {\n"
        "  return output === null || output >= input.bound;\n}\n"
        "function prop_is_known(input, output) {\n"
        "  return output === null || [...input.list, input.bound].includes(output);\n}",
    },
}


def bug(*, buggy: str = BUGGY) -> Bug:
    return Bug(
        task="7",
        kind="missing logic",
        symptoms="incorrect output",
        entry="least",
        prompt=PROMPT,
        declaration=DECLARATION,
        signature="const least = (list, bound)",
        right=RIGHT,
        buggy=buggy,
    )


def test_literals_of_both_languages_are_read() -> None:
    assert doctest.testmod(docstrings).failed == 0


def test_examples_come_from_the_docstring_and_malformed_ones_are_left_out() -> None:
    assert examples_of(bug()) == [
        {"input": {"list": [3, 1], "bound": 0}, "output": 1},
        {"input": {"list": [], "bound": 7}, "output": None},
        {"input": {"list": [2], "bound": 5}, "output": 5},
    ]


def test_an_app_has_names_types_and_only_the_functions_that_the_body_calls() -> None:
    app = read_app(files_of(bug(), RIGHT, TABLE))
    assert [row.name for row in app.manifest.arguments] == ["list", "bound"]
    assert "unused" not in app.source and len(app.examples) == 3


def test_a_guard_is_a_declared_error_with_a_predicate() -> None:
    contract = {"input": {"n": "number"}, "guard": "n > 1"}
    assert "function throws_unfit({ n })" in properties_of(contract)
    table = {**TABLE, "7": {**TABLE["7"], "guard": "bound > 0", "skip": [1]}}
    app = read_app(files_of(bug(), RIGHT, table))
    assert app.manifest.error_codes == {"unfit"} and len(app.examples) == 2


def test_a_bug_that_an_example_shows_is_noticed_and_the_right_body_passes(executor: Executor) -> None:
    found = judge(bug(), TABLE, executor)
    assert (found.by, found.refused) == ("examples", "")


def test_a_bug_is_not_noticed_by_a_check_that_refuses_the_right_body_too(executor: Executor) -> None:
    wrong = {**TABLE, "7": {**TABLE["7"], "examples": ['{"input":{"list":[1],"bound":1},"output":9}']}}
    found = judge(bug(), wrong, executor)
    assert (found.by, found.refused, found.contradicts) == ("", "examples", True)


def test_tables_count_bugs_by_type_and_by_what_noticed_them() -> None:
    rows = [
        Noticed(bug=bug(), by="examples", refused="", asked=0),
        Noticed(bug=bug(), by="", refused="examples", asked=0),
        Noticed(bug=bug(), by="a question", refused="mutation", asked=0),
    ]
    _, noticed, passed, _ = noticed_table(rows).rows[-1]
    assert isinstance(noticed, dict) and isinstance(passed, dict)
    assert (noticed["count"], noticed["of"], passed["count"], passed["of"]) == (2, 3, 1, 2)
    assert by_table(rows).rows == (("`examples`", "1"), ("a question", "1"))


def test_every_contract_names_types_that_exist() -> None:
    table = contracts()
    for task, contract in table.items():
        if task != "types":
            for given in (*contract["input"].values(), contract["output"]):
                docstrings._schema(given, table["types"])
            for row in contract.get("examples", ()):
                assert set(json.loads(row)) == {"input", "output"}
    assert len(table) == 80


def test_without_the_data_the_part_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAPP_BENCH_DATA", str(tmp_path))
    assert main(["--only", "bugs"]) == 0
    assert "Skipped: there is no humanevalfix-js/bugs.jsonl" in capsys.readouterr().out
