"""The corpus of the gate's benchmark has sound apps, and their variants are what they claim to be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import exercises
from benchmarks.exercises import CORPUS, MAPPING, REWRITES, files_of, load, names, rows_of
from benchmarks.healing import crashing, outcomes
from benchmarks.rewrites import FORMS, rewrites
from benchmarks.token_mutants import mutants, parse
from mapp.model.app import read_app
from mapp.model.outcome import Failed
from mapp.sandbox.executor import Executor
from mapp.validate.gate import CHECKS
from mapp.validate.generate.drawing import draw
from mapp.validate.trial import Trial

SAMPLE = """
function twice(number) {
  return number * 2;
}

function main({ numbers, least }) {
  const kept = [];
  let sum = 0;
  for (const number of numbers) {
    if (number < least) continue;
    kept.push(twice(number));
    sum += number;
  }
  for (let at = 0; at < kept.length; at += 1) {
    sum += at;
  }
  return sum > 10 ? sum : kept.length;
}
"""


@pytest.mark.parametrize("name", names())
def test_an_app_of_the_corpus_passes_its_own_tests(executor: Executor, name: str) -> None:
    files = files_of(name)
    trial = Trial(app=read_app(files), files=files, executor=executor, inputs=8)
    asked = [check for check in CHECKS if check.id in ("source", "rows", "total", "properties")]
    problems = [str(row) for check in asked for row in check.examine(trial).problems]

    assert problems == []
    assert len([name for name in trial.predicates if not name.startswith("throws_")]) >= 3
    assert sum(row.fits for row in trial.app.phrases) >= 12
    assert sum(not row.fits for row in trial.app.phrases) >= 4


@pytest.mark.parametrize("name", names())
def test_the_second_version_agrees_with_the_first(executor: Executor, name: str) -> None:
    app = read_app(files_of(name))
    other = (CORPUS / name / REWRITES / "other.js").read_text(encoding="utf-8")
    inputs = draw(app.manifest, 12, seed=3).inputs

    expected = outcomes(app, inputs, executor)

    assert not any(isinstance(end, Failed) for end in expected)
    assert outcomes(replace(app, source=other), inputs, executor) == expected


def test_there_are_enough_apps_and_no_cases_among_them() -> None:
    assert len(names()) >= 28
    assert all("tests/examples.jsonl" not in files_of(name) for name in names())
    assert all((CORPUS / name / MAPPING).is_file() for name in names())


def test_every_mutant_parses_and_differs_in_one_place() -> None:
    found = mutants(SAMPLE)

    assert len({mutant.source for mutant in found}) == len(found) > 40
    for mutant in found:
        assert not parse(mutant.source).has_error
        changed = [
            at
            for at, rows in enumerate(zip(SAMPLE.split("\n"), mutant.source.split("\n"), strict=True), 1)
            if rows[0] != rows[1]
        ]
        assert changed == [mutant.line]


def test_every_rewrite_of_the_sample_gives_the_same(executor: Executor) -> None:
    app = replace(read_app(files_of("leap")), source=SAMPLE)
    inputs = [{"numbers": numbers, "least": 2} for numbers in ([], [1, 2, 3], [5, 9, 0, 2], [1])]
    found = rewrites(SAMPLE)
    before = outcomes_of(app.source, inputs, executor)

    assert {row.form.removesuffix(", everywhere") for row in found} >= {
        "names changed",
        "for-of as counting loop",
        "for as while",
        "ternary as early return",
        "function moved",
        "assignment spelt out",
    }
    assert {row.form.removesuffix(", everywhere") for row in found} <= set(FORMS)
    for row in found:
        assert outcomes_of(row.source, inputs, executor) == before, row.form


def outcomes_of(source: str, inputs: list[dict[str, object]], executor: Executor) -> list[str]:
    """Returns a program's results for inputs, as JSON texts."""
    from support.scripts import job, value

    return [json.dumps(value(executor.run(job(source, row)))) for row in inputs]


def test_a_program_made_to_crash_fails_on_some_inputs_and_agrees_on_the_rest(executor: Executor) -> None:
    app = read_app(files_of("isogram"))
    inputs = draw(app.manifest, 60, seed=5).inputs
    right = outcomes(app, inputs, executor)
    broken = outcomes(replace(app, source=crashing(app.source)), inputs, executor)
    failed = [isinstance(end, Failed) for end in broken]

    assert 0.05 < sum(failed) / len(failed) < 0.5
    assert all(bad or one == other for bad, one, other in zip(failed, right, broken, strict=True))


def test_cases_become_rows_according_to_the_mapping() -> None:
    old = {"uuid": "1", "property": "encode", "input": {"text": "a", "key": {"a": 1}}, "expected": "x"}
    new = {**old, "uuid": "2", "reimplements": "1", "expected": "b"}
    refused = {**old, "uuid": "3", "property": "decode", "expected": {"error": "No way."}}
    other = {**old, "uuid": "4", "property": "other"}
    document = {"cases": [{"cases": [old, new]}, refused, other]}
    mapping = {
        "properties": ["encode", "decode"],
        "input": {"phrase": "text", "a": "key.a", "way": "@property", "b": "key.b"},
        "errors": {"No way.": "no_way"},
    }

    assert list(rows_of(document, mapping)) == [
        {"input": {"phrase": "a", "a": 1, "way": "encode"}, "output": "b"},
        {"input": {"phrase": "a", "a": 1, "way": "decode"}, "error": "no_way"},
    ]


def test_the_same_share_of_the_cases_is_shown_each_time(tmp_path: Path) -> None:
    cases = [
        {"uuid": str(year), "property": "leapYear", "input": {"year": year}, "expected": year % 4 == 0}
        for year in range(1901, 1921)
    ]
    (tmp_path / "leap.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")

    first, second = load("leap", tmp_path), load("leap", tmp_path)

    assert (len(first.shown), len(first.held_back)) == (6, 14)
    assert first == second
    assert first.app.examples == first.shown


def test_without_the_data_the_benchmark_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks.gate import tokens

    monkeypatch.setenv("MAPP_BENCH_DATA", str(tmp_path))

    assert exercises.data_folder() is None
    assert tokens.main([]) == 0
    assert "skipped" in capsys.readouterr().out
