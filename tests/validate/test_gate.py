"""Only a right program with real tests passes the gate; cheating gains nothing.

Each cheat below is a program that tries to look right instead of being right. It gains nothing if the gate
refuses it, or if it is accepted but also gives right answers outside of tests: alone, at another time, with
another seed.
"""

from __future__ import annotations

import pytest

from mapp.model.outcome import Outcome, Value
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor
from mapp.validate.gate import CHECKS, examine
from mapp.validate.trial import NOW, SEED, Trial
from support.apps import Draft, app

LAWS = """
function prop_doubled(input, output) {
  return [output].every((value) => JSON.stringify(value) === JSON.stringify(input.number * 2));
}

function meta_twice_the_number(input, run) {
  if (Math.abs(input.number) > 500) return true;
  return run({ number: input.number * 2 }).output === run(input).output * 2;
}
"""
TRUE = "function prop_fine(input, output) {\n  return true;\n}\n"
BENT = {
    "every is always true": "Array.prototype.every = function () { return true; };",
    "stringify says what is wanted": "JSON.stringify = () => '4'; JSON.parse = () => 4;",
    "objects say what they are as JSON": "Object.prototype.toJSON = function () { return 4; };",
    "numbers say what they are as JSON": "Number.prototype.toJSON = function () { return this - 1; };",
    "numbers compare as they like": "Number.prototype.valueOf = function () { return 4; };",
    "is is always true": "Object.is = () => true; Number.isInteger = () => true;",
    "maps and sets are all alike": "Set.prototype.has = Map.prototype.has = () => true;",
    "promises answer for the program": "Promise.prototype.then = function (done) { done(4); return this; };",
    "predicates are its own": "globalThis.prop_doubled = globalThis.meta_twice_the_number = () => true;",
    "what is inherited cannot be set": "Object.freeze(Object.prototype); Object.freeze(Array.prototype);",
}
"""Programs that bend the language, and are always off by one."""
SUSPICIOUS = {
    "it counts its calls": "(globalThis.calls = (globalThis.calls || 0) + 1) > 1",
    "it leaves a mark on all arrays": "[].seen || !(Array.prototype.seen = true)",
    "it leaves a mark on all objects": "({}).seen || !(Object.prototype.seen = true)",
    "it throws a coin": "Math.random() < 0.5",
    "it throws many coins": "Array.from({ length: 9 }, Math.random).every((chance) => chance < 0.9)",
    "it looks at the clock": f"Date.now() === {NOW}",
    "it looks at the year": "new Date().getFullYear() > 2020",
    "it asks the host for the time": f"host && host.now && host.now() === {NOW}",
    "it counts what the host offers": "!host || Object.keys(host).length > 0",
    "it looks for what the host hides": "!host || Object.getOwnPropertyNames(host).length !== 0",
    "it looks for predicates": "typeof prop_doubled + typeof meta_twice_the_number !== 'undefinedundefined'",
    "it looks for somebody who runs it": "typeof run !== 'undefined' || 'run' in globalThis",
    "it counts its arguments": "args.length !== 2",
    "it looks who calls": "new Error().stack.split('\\n').length > 4",
    "it looks for names in the stack": "/prop_|meta_|run|check|batch/.test(new Error().stack)",
    "it counts the names there are": "Object.getOwnPropertyNames(globalThis).length % 2 === 0",
    "it knows the example": "input.number === 2 || input.number === 21",
    "it looks for big numbers": "Math.abs(input.number) > 3",
    "it looks for frozen input": "Object.isFrozen(input) || !Object.isExtensible(input)",
}
"""Conditions by which a program detects that it is being tested: it is right then, else off by one."""


def draft(source: str, laws: str = LAWS) -> Draft:
    """Returns an app with this source that should double whole numbers."""
    made = app().source(source).file("tests/properties.js", laws)
    whole = {"type": "integer", "minimum": -1000, "maximum": 1000}
    return made.taking(number=whole).example({"number": 0}, output=0).example({"number": -7}, output=-14)


def refusing(made: Draft, executor: Executor) -> list[str]:
    """Returns the checks that refuse an app, without the mutation check."""
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=40)
    asked = [check for check in CHECKS if check.id != "mutation" and not check.compares]
    return [check.id for check in asked if not check.examine(trial).passed]


def in_use(made: Draft, executor: Executor) -> list[tuple[int, Outcome]]:
    """Returns an app's outcomes in normal use: one run after another, at any time."""
    program = made.read()
    runs = []
    for at, number in enumerate([2, 3, 21, -400, 999, 2]):
        job = job_for(program, {"number": number}, now_ms=NOW + 86_400_123 * at, seed=SEED + at)
        runs.append((number, judge(program.manifest, executor.run(job))))
    return runs


def is_right(made: Draft, executor: Executor) -> bool:
    """Returns whether an app always returns the double."""
    return all(outcome == Value(output=2 * number) for number, outcome in in_use(made, executor))


def test_an_honest_program_passes(executor: Executor) -> None:
    honest = draft("function main(input) {\n  return input.number * 2;\n}\n")

    assert refusing(honest, executor) == []
    assert is_right(honest, executor)


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_manipulating_the_language_gains_nothing(executor: Executor, bent: str) -> None:
    wrong = "function main(input) {\n  return input.number * 2 + 1;\n}\n"

    for source in (f"{bent}\n{wrong}", wrong.replace("{\n", f"{{\n  {bent}\n", 1)):
        assert {"examples", "properties"} <= set(refusing(draft(source), executor))


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_manipulating_the_language_does_not_change_honest_outcomes(executor: Executor, bent: str) -> None:
    source = f"{bent}\nfunction main(input) {{\n  return input.number * 2;\n}}\n"

    assert is_right(draft(source), executor)


@pytest.mark.parametrize("tested", SUSPICIOUS.values(), ids=SUSPICIOUS.keys())
def test_detecting_the_test_gains_nothing(executor: Executor, tested: str) -> None:
    for right, wrong in (("0", "1"), ("1", "0")):
        source = (
            "function main(...args) {\n  const [input, host] = args;\n"
            f"  return input.number * 2 + (({tested}) ? {right} : {wrong});\n}}\n"
        )
        made = draft(source)

        assert refusing(made, executor) or is_right(made, executor)


@pytest.mark.parametrize(
    ("power", "test"), [("clock", f"host.now() === {NOW}"), ("random", "host.random() === KNOWN")]
)
def test_an_app_cannot_know_the_clock_or_random_values_of_the_test(
    executor: Executor, power: str, test: str
) -> None:
    made = _knowing(power, test, executor)

    assert refusing(made, executor) or is_right(made, executor)


def _knowing(power: str, test: str, executor: Executor) -> Draft:
    """Returns an app that is right only with the clock or the random values of the tests."""
    first = draft("function main(input, host) {\n  return host.random();\n}\n").stating(
        capabilities={"random": True}, output={"type": "number"}
    )
    job = job_for(first.read(), {"number": 1}, now_ms=NOW, seed=SEED)
    chance = judge(first.read().manifest, executor.run(job))
    assert isinstance(chance, Value)
    known = test.replace("KNOWN", repr(chance.output))
    source = f"function main(input, host) {{\n  return input.number * 2 + ({known} ? 0 : 1);\n}}\n"
    return draft(source).stating(capabilities={power: True})


def test_tests_that_only_say_true_fail_by_the_mutation_score(executor: Executor) -> None:
    made = app().source("function main(input) {\n  return input.number * 2;\n}\n")
    made.file("tests/properties.js", TRUE).file("tests/examples.jsonl", "")
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=40)

    failed = {result.check: result for result in examine(trial) if not result.passed}

    assert set(failed) == {"mutation"}
    assert any("notice" in problem.message for problem in failed["mutation"].problems)


def test_predicates_that_only_say_true_fail_next_to_good_examples(executor: Executor) -> None:
    made = draft("function main(input) {\n  return input.number * 2;\n}\n", laws=TRUE)
    for number in (1, 5, 100, -1000):
        made.example({"number": number}, output=2 * number)
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=40)

    failed = {result.check: result for result in examine(trial) if not result.passed}

    assert set(failed) == {"mutation"}
    assert any("no predicate can fail" in problem.message for problem in failed["mutation"].problems)


@pytest.mark.parametrize(
    "laws",
    [
        "let calls = 0;\nfunction prop_once(input, output) {\n  calls += 1;\n  return calls > 0;\n}\n",
        "function prop_number(input, output) {\n  return typeof output === 'number' || true;\n}\n",
        "function prop_any(input, output) {\n  try {\n    return output === input.number * 2 || 1 === 1;\n"
        "  } catch {\n    return true;\n  }\n}\n",
    ],
)
def test_true_in_other_words_is_still_true(executor: Executor, laws: str) -> None:
    made = draft("function main(input) {\n  return input.number * 2;\n}\n", laws=laws)
    trial = Trial(app=made.read(), files=made.files, executor=executor, inputs=40)

    assert "mutation" in {result.check for result in examine(trial) if not result.passed}
