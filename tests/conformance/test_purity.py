"""Without `clock` and `random` a script cannot see when it runs, or with which seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.sandbox.executor import Executor
from support.engines import MAKERS
from support.scripts import evaluate, job, value

TIMES = (0, 1_700_000_000_123, -1)
SEEDS = (0, 1, 2**64 - 1)

# Calls everything below globalThis once, as a function, a method and a constructor.
EVERYTHING = """
const seen = new Set(), found = [];
const attempt = (path, action) => {
  try {
    const got = action();
    if (got instanceof Promise) got.catch(() => 0);
    found.push(path + " " + typeof got + " " + String(got).slice(0, 200));
  } catch (error) { found.push(path + " threw " + error); }
};
function walk(holder, path) {
  if (seen.has(holder)) return;
  seen.add(holder);
  for (const key of Reflect.ownKeys(holder)) {
    const name = path + "." + String(key), slot = Object.getOwnPropertyDescriptor(holder, key);
    const item = slot.value;
    if (slot.get) attempt(name + " getter", () => slot.get.call(holder));
    if (typeof item === "function" && !name.includes("Promise")) {
      attempt(name, () => item.call(holder));
      attempt("new " + name, () => new item());
    }
    if (item !== null && (typeof item === "object" || typeof item === "function")) walk(item, name);
  }
}
function main() {
  for (const key of ["Date", "Math"]) walk(globalThis[key], key);
  walk(globalThis, "");
  return found;
}
"""

SUBTLE = """[Math.random(), Math.random(), Date(), +new Date(), Date.now(),
  new (class extends Date {})().getTime(), Reflect.construct(Date, []).toString(),
  new Date().constructor.now(),
  [5, 3, 9, 1].sort(() => Math.random() - 0.5),
  new Date().toLocaleString(), new Error("x").stack, [...new Set([Math.random()])]]"""


@pytest.fixture(scope="module", params=sorted(MAKERS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with MAKERS[request.param]() as made:
        yield made


def test_results_do_not_depend_on_the_time_or_the_seed(executor: Executor) -> None:
    answers = [
        value(executor.run(job(EVERYTHING, None, now_ms=now, seed=seed)))
        for now, seed in zip(TIMES, SEEDS, strict=True)
    ]

    assert len(answers[0]) > 800
    assert any(row.startswith("Math.random number 0.") for row in answers[0])
    assert any(row.startswith("Date.now number 0") for row in answers[0])
    assert answers[0] == answers[1] == answers[2]


def test_known_sources_of_time_and_randomness_are_pinned(executor: Executor) -> None:
    one, other = (
        evaluate(executor, SUBTLE, now_ms=now, seed=seed)
        for now, seed in zip(TIMES[:2], SEEDS[:2], strict=True)
    )

    assert one == other
    assert one[0] != one[1], "it is a sequence, not one number"


def test_each_capability_exposes_only_its_own_source(executor: Executor) -> None:
    body = "[Date.now(), Math.random()]"
    plain = evaluate(executor, body, now_ms=5, seed=5)
    clock = evaluate(executor, body, now_ms=5, seed=5, clock=True)
    chance = evaluate(executor, body, now_ms=5, seed=5, random=True)

    assert plain[0] == chance[0] == 0 and clock[0] == 5
    assert plain[1] == clock[1] != chance[1]
