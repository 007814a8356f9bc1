"""A predicate's promise counts the same alone, together with others, on mutants and from the command."""

from __future__ import annotations

import pytest

from mapp.model.arguments import with_defaults
from mapp.model.outcome import Value
from mapp.sandbox.app_job import job_for
from mapp.sandbox.executor import Executor
from mapp.validate.checks.properties import check_properties, tried
from mapp.validate.evaluation import ExampleRow, answers, fault
from mapp.validate.mutation.inputs import MutantInput
from mapp.validate.mutation.predicates import Predicates
from mapp.validate.trial import NOW, SEED, Trial
from support.apps import Draft, app

HOLDS = {
    "true": "return true;",
    "a promise of true": "return Promise.resolve(true);",
    "a promise of a promise of true": "return Promise.resolve().then(() => Promise.resolve(true));",
    "a promise that settles late": "return new Promise((done) => Promise.resolve().then(() => done(true)));",
    "a promise of a thenable of true": "return Promise.resolve({ then(done) { done(true); } });",
    "a promise of a subclass": "class Own extends Promise {} return Own.resolve(true);",
    "a promise that was rejected and handled": "return Promise.reject(Error('no')).catch(() => true);",
}
FAILS = {
    "a promise of false": "return Promise.resolve(false);",
    "a promise of one": "return Promise.resolve(1);",
    "a promise of a text": "return Promise.resolve('true');",
    "a promise of nothing": "return Promise.resolve();",
    "a promise of an object": "return Promise.resolve({});",
    "a promise of a boolean object": "return Promise.resolve(new Boolean(true));",
    "a rejected promise": "return Promise.reject(Error('no'));",
    "a promise rejected with true": "return Promise.reject(true);",
    "a promise that never settles": "return new Promise(() => {});",
    "a thenable of true": "return { then(done) { done(true); } };",
    "a thenable that is a function": "const it = () => true; it.then = (done) => done(true); return it;",
    "a thenable that throws": "return { then() { throw Error('no'); } };",
    "an object that reads like a thenable": "return { get then() { throw Error('no'); } };",
    "an object with the prototype of a promise": "return Object.create(Promise.prototype);",
    "one": "return 1;",
    "a text": "return 'true';",
    "a boolean object": "return new Boolean(true);",
    "an empty list": "return [];",
    "nothing": "return;",
    "whether it is called as a method": "return this !== globalThis;",
    "a rejection that nobody handles": "Promise.reject(Error('no')); return true;",
}
FORMS = ("prop_it(input, output)", "meta_it(input, run)")


def draft(form: str, body: str) -> Draft:
    """Returns an app with one predicate; the metamorphic one runs the app first."""
    first = "run(input);" if form.startswith("meta_") else ""
    return app().file("tests/properties.js", f"function {form} {{ {first} {body} }}\n")


def verdicts(executor: Executor, made: Draft) -> dict[str, bool]:
    """Returns for each way of evaluation whether the predicate holds."""
    trial = Trial(app=made.read(), executor=executor, inputs=8)
    (name,) = trial.predicates
    arguments = with_defaults(trial.app.manifest, {"number": 2})
    row = ExampleRow(arguments=arguments, outcome=Value(output=4))
    other = ExampleRow(arguments=with_defaults(trial.app.manifest, {"number": 3}), outcome=Value(output=6))
    predicates = Predicates(trial=trial, wall_ms=2000)
    job = job_for(trial.app, arguments, now_ms=NOW, seed=SEED)
    asked = MutantInput(arguments=arguments, job=job, ran=executor.run(job), outcome=Value(output=4))
    return {
        "alone": fault(executor, trial.app, name, row) == "",
        "with others": not answers(executor, trial.app, [name], [row, other])[name].broken,
        "by the command": tried(trial, name, arguments)[1] == "",
        "by the gate": check_properties(trial).passed,
        "against mutants": predicates._held(name, asked),
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", HOLDS)
def test_a_promise_of_true_holds_in_every_way_of_evaluation(executor: Executor, form: str, what: str) -> None:
    found = verdicts(executor, draft(form, HOLDS[what]))

    assert all(found.values()), found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", FAILS)
def test_anything_else_fails_in_every_way_of_evaluation(executor: Executor, form: str, what: str) -> None:
    found = verdicts(executor, draft(form, FAILS[what]))

    assert not any(found.values()), found
