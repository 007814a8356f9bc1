"""Predicates are checked on drawn inputs; counterexamples are shrunk, kept and tried first."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks.properties import broken, check_properties, check_total
from mapp.validate.evaluation import ExampleRow, answers, fault
from mapp.validate.generate.counterexamples import remembered
from mapp.validate.trial import Arguments, Trial
from support.apps import Draft, app

SORT = """
function main(input) {
  if (input.words.includes("stop")) throw Error("stopped");
  return [...input.words].sort();
}
"""
BUGGY_SORT = SORT.replace(".sort()", ".sort().filter((word, at, all) => at === 0 || word !== all[at - 1])")


def words(source: str = SORT) -> Draft:
    """Returns an app that sorts words."""
    draft = (
        app("sort")
        .source(source)
        .stating(
            input={"words": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 8}},
            output={"type": "array", "items": {"type": "string"}},
            errors={"stopped": "A word says so."},
        )
    )
    draft.file("tests/requests.jsonl", "").file("tests/examples.jsonl", "")
    return draft.example({"words": ["b", "a", "b"]}, output=["a", "b", "b"]).example(
        {"words": ["stop"]}, error="stopped"
    )


def trial(executor: Executor, draft: Draft, predicates: str = "", **rest: Any) -> Trial:
    return Trial(app=draft.file("tests/properties.js", predicates).read(), executor=executor, **rest)


def properties(executor: Executor, draft: Draft, predicates: str, **rest: Any) -> Result:
    return check_properties(trial(executor, draft, predicates, **rest))


GOOD = """
function prop_as_many_come_out(input, output) { return output.length === input.words.length; }
function meta_order_does_not_matter(input, run) {
  const turned = run({ words: [...input.words].reverse() });
  return JSON.stringify(turned) === JSON.stringify(run(input));
}
function throws_stopped(input) { return input.words.includes("stop"); }
"""


def test_predicates_of_all_three_forms_hold_for_a_sound_app(executor: Executor) -> None:
    found = properties(executor, words(), GOOD)

    assert found.status == "passed" and found.counted == 100
    assert found.evidence == ()


def test_a_counterexample_is_shrunk_and_comes_with_a_command(executor: Executor) -> None:
    found = properties(executor, words(BUGGY_SORT), GOOD)

    (problem,) = found.problems
    assert problem.path == "property prop_as_many_come_out"
    assert json.loads(problem.evidence) == {"words": ["", ""]}
    assert problem.message == 'is false with the output [""] for {"words": ["", ""]}'
    typed = shlex.split(problem.reproduce)
    assert typed[:-1] == ["mapp", "test", "sort", "--property", "prop_as_many_come_out", "--input"]
    assert json.loads(typed[-1]) == {"words": ["", ""]}


def test_a_throws_predicate_must_be_right_in_both_directions(executor: Executor) -> None:
    missed = (
        "function throws_stopped(input) { return input.words.length === 1 && input.words[0] === 'stop'; }"
    )
    invented = "function throws_stopped(input) { return input.words.length > 3; }"

    for predicates in (missed, invented):
        (problem,) = properties(executor, words(), predicates).problems
        assert problem.path == "property throws_stopped"
        assert problem.message.startswith(("is false, but the app gave the error stopped", "is true, but"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return undefined", "undefined"),
        ("return 1", "is 1"),
        ("return output.missing.member", "TypeError"),
        ("return null", "is null"),
        ("for (;;) {}", "2000 ms"),
        ("return Promise.resolve(false)", "is false"),
    ],
)
def test_only_true_counts_as_true(executor: Executor, body: str, said: str) -> None:
    predicates = f"function prop_odd(input, output) {{ {body} }} function prop_fine() {{ return true; }}"
    (problem,) = properties(executor, words(), predicates, inputs=4).problems

    assert problem.path == "property prop_odd"
    assert said in problem.message


def test_a_promise_of_true_is_true(executor: Executor) -> None:
    assert properties(executor, words(), "async function prop_late() { return true; }", inputs=5).passed


def test_changes_to_built_in_objects_do_not_reach_the_predicates(executor: Executor) -> None:
    hostile = """
    Array.prototype.every = () => true; JSON.stringify = () => "[]"; Object.prototype.toJSON = () => 1;
    JSON.parse = () => ({}); Array.prototype.map = function () { return this; };
    function main(input) { return ["wrong"]; }
    """
    predicates = """
    function prop_known(input, output) { return output.every((word) => input.words.includes(word)); }
    function meta_same(input, run) { return JSON.stringify(run(input)) === '{"output":["right"]}'; }
    """
    found = properties(executor, words(hostile), predicates)

    assert [row.path for row in found.problems] == ["property meta_same", "property prop_known"]


def test_an_app_cannot_tell_that_it_is_tested(executor: Executor) -> None:
    spy = """
    let calls = 0;
    function main(input) {
      calls += 1;
      const seen = [calls, typeof run, typeof mapp__answers, typeof predicates, typeof prop_quiet].join();
      return [seen];
    }
    """
    quiet = "1,undefined,undefined,undefined,undefined"
    predicates = f"""
    function prop_quiet(input, output) {{ return output[0] === "{quiet}"; }}
    function meta_quiet(input, run) {{
      return run(input).output[0] === "{quiet}" && run({{ words: ["x"] }}).output[0] === "{quiet}";
    }}
    """
    assert properties(executor, words(spy), predicates).passed


def test_run_refuses_values_that_json_cannot_represent(executor: Executor) -> None:
    """The cache of known outcomes must not confuse {a: undefined} with {}."""
    predicates = """
    function meta_undefined(input, run) { run({ words: [], extra: undefined }); return true; }
    function meta_date(input, run) { run({ words: [], extra: new Date(0) }); return true; }
    function meta_hole(input, run) { run({ words: [,"a"] }); return true; }
    """
    found = properties(executor, words(), predicates, inputs=5)

    assert [row.path.partition("_")[2] for row in found.problems] == ["date", "hole", "undefined"]
    assert all("TypeError" in row.message for row in found.problems)


def test_a_known_input_gets_the_same_answer_as_a_new_run(executor: Executor) -> None:
    ordered = "function main(input) { return { b: 1, a: input.words.length, 10: [2.5e30, -0] }; }"
    draft = words(ordered).stating(output={"type": "object"}).file("tests/examples.jsonl", "")
    predicates = """
    function meta_order(input, run) {
      return JSON.stringify(run(input)) === JSON.stringify(run({ words: input.words.slice(), ...{} }))
        && Object.keys(run(input).output).join() === "10,b,a" && run(input).output !== run(input).output;
    }
    """
    assert properties(executor, draft, predicates).passed


def test_run_passes_members_sorted_by_name(executor: Executor) -> None:
    draft = words("function main(input) { return [Object.keys(input).join(), input.mode]; }")
    draft.taking(mode={"enum": ["a", "b"]}).file("tests/examples.jsonl", "")
    predicates = """
    function meta_sorted(input, run) {
      const other = input.mode === "a" ? "b" : "a";
      return run({ words: input.words, mode: other }).output.join() === "mode,words," + other
        && run({ words: input.words, mode: input.mode }).output.join() === "mode,words," + input.mode;
    }
    """
    on_trial = trial(executor, draft, predicates)
    assert check_properties(on_trial).passed
    row = ExampleRow(arguments={"words": ["x"], "mode": "b"}, outcome=Value(output=["mode,words", "b"]))
    assert fault(executor, on_trial.app, "meta_sorted", row) == ""


def test_a_predicate_that_keeps_state_is_detected(executor: Executor) -> None:
    (problem,) = properties(
        executor, words(), "let n = 0; function prop_counts() { return ++n < 9; }"
    ).problems

    assert "must not keep state" in problem.message


def test_predicates_that_test_nothing_are_listed(executor: Executor) -> None:
    predicates = """
    function throws_stopped(input) { return input.words.includes("stop"); }
    function throws_never(input) { return false; }
    function meta_idle(input, run) { return true; }
    function meta_busy(input, run) { return run(input) !== null; }
    """
    found = properties(executor, words(), predicates)

    assert found.passed
    assert dict(found.evidence) == {"silent": ["throws_never", "meta_idle"]}


def test_an_app_without_predicates_is_skipped(executor: Executor) -> None:
    assert properties(executor, words(), "").status == "skipped"


def test_a_failing_input_is_found_and_shrunk(executor: Executor) -> None:
    throwing = "function main(input) { return input.words.map((word) => word.at(4).at(0) && word); }"
    found = check_total(trial(executor, words(throwing)))

    (problem,) = found.problems
    assert json.loads(problem.evidence) == {"words": [""]}
    assert "TypeError" in problem.message
    assert problem.reproduce == """printf %s '{"words": [""]}' | mapp exec sort --input -"""


def test_each_kind_of_failure_has_its_own_counterexample(executor: Executor) -> None:
    source = """function main(input) {
      if (input.words.length === 2) return "two";
      if (input.words.length === 1) throw new RangeError("one");
      return input.words;
    }"""
    found = check_total(trial(executor, words(source)))

    assert [json.loads(row.evidence) for row in found.problems] == [{"words": ["", ""]}, {"words": [""]}]


def test_a_contract_that_no_input_fits_fails_with_a_reason(executor: Executor) -> None:
    draft = words().taking(words={"type": "array", "minItems": 10**7})
    on_trial = trial(executor, draft.file("tests/examples.jsonl", ""), GOOD)

    found = check_total(on_trial)
    assert found.status == "failed"
    assert "no input fits: words: minItems 10,000,000" in found.problems[0].message
    assert check_properties(on_trial).status == "skipped"


def test_a_counterexample_is_kept_and_tried_first_next_time(executor: Executor, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    properties(executor, words(BUGGY_SORT), GOOD, keep=keep)
    kept = remembered(keep / "counterexamples", words().read().manifest)
    assert kept == ({"words": ["", ""]},)

    # Only one input is drawn, which would not show the fault.
    blind = properties(executor, words(BUGGY_SORT), GOOD, inputs=1)
    again = properties(executor, words(BUGGY_SORT), GOOD, inputs=1, keep=keep)
    assert blind.passed and not again.passed
    assert properties(executor, words(), GOOD, inputs=1, keep=keep).counted == 1


def test_damaged_or_outdated_counterexamples_are_ignored(tmp_path: Path, executor: Executor) -> None:
    folder = tmp_path / "counterexamples"
    folder.mkdir()
    rows = ["{", "[]", '{"words":["kept"]}', '{"words":7}', '{"words":[],"more":1}', "\\ud800"]
    (folder / "sort.jsonl").write_text("\n".join(rows))
    manifest = words().read().manifest

    assert remembered(folder, manifest) == ({"words": ["kept"]},)
    (folder / "sort.jsonl").write_bytes(b"\xff\xfe")
    assert remembered(folder, manifest) == ()
    assert properties(executor, words(), GOOD, inputs=3, keep=tmp_path).passed


def test_predicates_give_the_same_answers_together_and_alone(executor: Executor) -> None:
    on_trial = trial(executor, words(BUGGY_SORT), GOOD, inputs=60)
    rows = [
        ExampleRow(arguments=arguments, outcome=outcome)
        for arguments, outcome in zip(on_trial.drawn, on_trial.outcomes, strict=True)
    ]
    found = answers(executor, on_trial.app, on_trial.predicates, rows)

    for name in on_trial.predicates:
        alone = tuple(at for at, row in enumerate(rows) if fault(executor, on_trial.app, name, row))
        assert found[name].broken == alone


def test_the_predicates_can_be_checked_on_outcomes_of_another_app(executor: Executor) -> None:
    on_trial = trial(executor, words(), GOOD)
    outcomes: list[tuple[Arguments, Outcome]] = [
        ({"words": ["a"]}, Value(output=["a"])),
        ({"words": ["a"]}, Value(output=[])),
        ({"words": ["a"]}, Declared(error="stopped", meaning="")),
        ({"words": ["stop"]}, Declared(error="stopped", meaning="")),
    ]
    assert broken(on_trial, replace(on_trial.app, source=SORT), outcomes) == [False, True, True, False]


def test_run_fills_in_defaults(executor: Executor) -> None:
    made = app().taking(times={"type": "integer", "minimum": 1, "maximum": 9, "default": 2})
    made.source("function main(input) { return input.number * input.times; }").without("tests/requests.jsonl")
    made.stating(output={"type": "number"})
    made.file(
        "tests/properties.js",
        "function meta_the_default_is_two(input, run) {"
        " return run({ number: input.number }).output === 2 * input.number; }",
    )
    trial = Trial(app=made.read(), executor=executor, inputs=30)

    assert check_properties(trial).passed


CALLS = 'function main(input, host) { return host.http({url: "https://rates.example/"}).status; }'
CATCHES = "function main(input, host) { try { %s } catch { throw Error('unavailable'); } }"


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        (CALLS, CALLS.replace(".status", ".status + 0"), True),
        (CATCHES % "return 1 + host.http({url: 'https://rates.example/'}).status;", CALLS, False),
        (CALLS, CALLS.replace("return", "null.length; return"), False),
    ],
)
def test_a_heal_need_not_catch_what_the_old_version_does_not_catch_either(
    executor: Executor, old: str, new: str, passes: bool
) -> None:
    draft = app("rate").stating(
        capabilities={"http": [{"host": "rates.example", "methods": ["GET"]}]},
        errors={"unavailable": "The service does not answer."},
    )
    draft.file("tests/examples.jsonl", "")
    base = draft.source(old).read()
    rest: dict[str, Any] = {"base": base, "inputs": 5}

    assert (
        check_total(Trial(app=draft.source(new).read(), kind="heal", executor=executor, **rest)).passed
        is passes
    )
    assert not check_total(Trial(app=draft.read(), kind="edit", executor=executor, **rest)).passed
