"""The environment of a script: fixed names, the same last digits everywhere, no clock, no locale."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.forking import ForkingExecutor
from support.reference_math import error
from support.scripts import evaluate, expression, job, thrown, value

GOLDEN = Path(__file__).with_name("names.txt")
NAMES = """
function main() {
  const found = [];
  for (const name of Reflect.ownKeys(globalThis)) {
    if (name === "main") continue;
    found.push(String(name));
    const object = globalThis[name];
    if (object === globalThis || Object(object) !== object) continue;
    for (const key of Reflect.ownKeys(object)) found.push(`${String(name)}.${String(key)}`);
    if (!object.prototype) continue;
    for (const key of Reflect.ownKeys(object.prototype))
      found.push(`${String(name)}.prototype.${String(key)}`);
  }
  return found.sort();
}
"""


# Names of the newer engine that cannot be deleted.
BEYOND: dict[str, set[str]] = {
    "dukpy": set(),
    "quickjs-ng": {"Error.prototype.stack", "Symbol.asyncDispose", "Symbol.dispose"},
}


@pytest.fixture(scope="module", params=installed())
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with ForkingExecutor(lanes=1, engine=request.param) as made:
        yield made


@pytest.mark.parametrize("engine", installed())
def test_a_script_sees_exactly_the_names_in_the_list(engine: str) -> None:
    """When an engine is updated: review the new names, then regenerate the list."""
    with ForkingExecutor(lanes=1, engine=engine) as made:
        found = value(made.run(job(NAMES)))

    assert [name for name in found if name not in BEYOND[engine]] == GOLDEN.read_text().splitlines()
    assert BEYOND[engine] <= set(found)


def spread(low: float, high: float) -> Callable[[random.Random], float]:
    """Draws sizes evenly over their orders of magnitude, both signs if `low` is negative."""

    def draw(chance: random.Random) -> float:
        size = math.exp(chance.uniform(math.log(abs(low)), math.log(high)))
        return -size if low < 0 and chance.random() < 0.5 else size

    return draw


def evenly(low: float, high: float) -> Callable[[random.Random], float]:
    return lambda chance: chance.uniform(low, high)


def near_one(chance: random.Random) -> float:
    return 1 + spread(-1e-12, 0.1)(chance)


ANGLES = (spread(-1e-9, 1e300), evenly(-10, 10), spread(-1e-3, 1e7))
INSIDE = (evenly(-1, 1), spread(-1e-9, 1))
ANY = (spread(-1e-9, 1e20), evenly(-5, 5))
EXPONENTS = (evenly(-745, 709.7), evenly(-2, 2), spread(-1e-9, 700))
POSITIVE = (spread(1e-320, 1e308), evenly(0.5, 2), near_one)
UNARY = {
    "sin": ANGLES, "cos": ANGLES, "tan": ANGLES, "asin": INSIDE, "acos": INSIDE, "atan": ANY, "atanh": INSIDE,
    "sinh": (spread(-1e-9, 710), *ANY[1:]), "cosh": (spread(-1e-9, 710), *ANY[1:]), "tanh": ANY, "asinh": ANY,
    "acosh": (lambda chance: 1 + spread(1e-12, 1e10)(chance),), "exp": EXPONENTS, "expm1": EXPONENTS,
    "log": POSITIVE, "log2": POSITIVE, "log10": POSITIVE, "log1p": (spread(1e-12, 1e300), evenly(-0.999, 3)),
    "cbrt": (spread(-1e-320, 1e308),),
}  # fmt: skip


def draw_arguments(name: str, chance: random.Random) -> tuple[float, ...]:
    match name:
        case "atan2":
            return spread(-1e-3, 1e3)(chance), spread(-1e-3, 1e3)(chance)
        case "hypot":
            return tuple(spread(-1e-5, 1e5)(chance) for _ in range(chance.choice((2, 2, 3, 5))))
        case "pow":
            base = spread(1e-8, 1e8)(chance)
            return base, chance.choice((chance.uniform(-1, 1) * 36, float(chance.randint(-30, 30))))
        case _:
            return (chance.choice(UNARY[name])(chance),)


def check_accuracy(executor: Executor, name: str, count: int) -> None:
    """Every result is within one unit in the last place."""
    chance = random.Random(name)
    arguments = [draw_arguments(name, chance) for _ in range(count)]
    calls = expression(f"input.map((given) => String(Math.{name}(...given)))", arguments, wall_ms=60_000)
    texts = value(executor.run(calls))
    found = [float(text.replace("Infinity", "inf")) for text in texts]
    off = [(error(name, given, result), given) for given, result in zip(arguments, found, strict=True)]

    assert max(off)[0] <= 1, max(off)


@pytest.mark.parametrize("name", [*UNARY, "atan2", "hypot", "pow"])
def test_mathematics_is_right_to_the_last_place(executor: Executor, name: str) -> None:
    check_accuracy(executor, name, 60)


@pytest.mark.sweep
@pytest.mark.parametrize("name", [*UNARY, "atan2", "hypot", "pow"])
def test_mathematics_is_right_over_many_arguments(executor: Executor, name: str) -> None:
    check_accuracy(executor, name, 20_000)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("sin(-0)", "-0"),
        ("sin(Infinity)", "NaN"),
        ("sin(5e-324)", "5e-324"),
        ("cos(0)", "1"),
        ("sin(1e22)", "-0.8522008497671888"),
        ("cos(-Infinity)", "NaN"),
        ("tan(-0)", "-0"),
        ("sin(Math.PI)", "1.2246467991473532e-16"),
        ("asin(1)", "1.5707963267948966"),
        ("asin(1.1)", "NaN"),
        ("asin(-0)", "-0"),
        ("acos(1)", "0"),
        ("acos(-1)", "3.141592653589793"),
        ("acos(-2)", "NaN"),
        ("atan(Infinity)", "1.5707963267948966"),
        ("atan(-0)", "-0"),
        ("atan2(0, -0)", "3.141592653589793"),
        ("atan2(-0, 0)", "-0"),
        ("atan2(-0, -1)", "-3.141592653589793"),
        ("atan2(1, 0)", "1.5707963267948966"),
        ("atan2(Infinity, -Infinity)", "2.356194490192345"),
        ("atan2(1, Infinity)", "0"),
        ("sinh(-0)", "-0"),
        ("sinh(-Infinity)", "-Infinity"),
        ("sinh(711)", "Infinity"),
        ("cosh(-Infinity)", "Infinity"),
        ("cosh(0)", "1"),
        ("tanh(Infinity)", "1"),
        ("tanh(-0)", "-0"),
        ("asinh(-Infinity)", "-Infinity"),
        ("acosh(1)", "0"),
        ("acosh(0.5)", "NaN"),
        ("acosh(Infinity)", "Infinity"),
        ("atanh(-1)", "-Infinity"),
        ("atanh(1.5)", "NaN"),
        ("atanh(-0)", "-0"),
        ("exp(-Infinity)", "0"),
        ("exp(710)", "Infinity"),
        ("exp(1)", "2.718281828459045"),
        ("exp(-745.2)", "0"),
        ("expm1(-0)", "-0"),
        ("expm1(-Infinity)", "-1"),
        ("log(0)", "-Infinity"),
        ("log(-1)", "NaN"),
        ("log(1)", "0"),
        ("log1p(-0)", "-0"),
        ("log1p(-1)", "-Infinity"),
        ("log1p(-2)", "NaN"),
        ("log2(8)", "3"),
        ("log2(5e-324)", "-1074"),
        ("log10(1000)", "3"),
        ("log10(1e-5)", "-5"),
        ("cbrt(27)", "3"),
        ("cbrt(-0)", "-0"),
        ("cbrt(-Infinity)", "-Infinity"),
        ("hypot()", "0"),
        ("hypot(3, 4)", "5"),
        ("hypot(NaN, -Infinity)", "Infinity"),
        ("hypot(1, NaN)", "NaN"),
        ("hypot(1e308, 1e308)", "1.4142135623730951e+308"),
        ("hypot(3e-320, 4e-320)", "5e-320"),
        ("hypot(-0)", "0"),
        ("pow(2, 0.5)", "1.4142135623730951"),
        ("pow(10, -5)", "0.00001"),
        ("pow(10, 308)", "1e+308"),
        ("pow(NaN, 0)", "1"),
        ("pow(1, Infinity)", "NaN"),
        ("pow(-0, -3)", "-Infinity"),
        ("pow(-0, 3)", "-0"),
        ("pow(-8, 1 / 3)", "NaN"),
        ("pow(-2, 3)", "-8"),
        ("pow(-Infinity, 3)", "-Infinity"),
        ("pow(0.5, -Infinity)", "Infinity"),
        ("pow(2, -1074)", "5e-324"),
        ("pow(2, 1024)", "Infinity"),
        ("pow('3', {valueOf: () => 2})", "9"),
    ],
)
def test_special_values_follow_the_language(executor: Executor, call: str, result: str) -> None:
    found = evaluate(executor, f"Object.is(Math.{call}, -0) ? '-0' : String(Math.{call})")

    assert found == result


def test_powers_of_ten_are_their_literals(executor: Executor) -> None:
    found = evaluate(
        executor, "input.map((n) => Math.pow(10, n) === Number('1e' + n))", list(range(-323, 309))
    )

    assert all(found)


def test_mathematics_rejects_big_integers_and_has_no_constructors(executor: Executor) -> None:
    assert thrown(executor.run(expression("Math.sin(1n)"))).name == "TypeError"
    assert thrown(executor.run(expression("new Math.sin(1)"))).name == "TypeError"


def test_mathematics_looks_like_native_functions(executor: Executor) -> None:
    shape = "['sin', 'pow', 'hypot'].map((n) => [Math[n].name, Math[n].length, Object.keys(Math).length])"

    assert evaluate(executor, shape) == [["sin", 1, 0], ["pow", 2, 0], ["hypot", 2, 0]]


def test_a_script_cannot_change_the_mathematics_of_its_subject(executor: Executor) -> None:
    sabotage = """
      Math.abs = Math.floor = Math.sqrt = () => 7;
      globalThis.Float64Array = Array;
      globalThis.BigInt = () => 1n;
      Object.defineProperty(Object.prototype, "abs", {get() { throw 1; }}); Array.prototype[0] = 9;
      function main() { return [Math.sin(1e22), Math.hypot(3, 4), Math.pow(10, -5), Math.cbrt(27)]; }
    """

    assert value(executor.run(job(sabotage))) == [-0.8522008497671888, 5, 1e-5, 3]


LOCALE = """[(1234567.891).toLocaleString('de-DE'),
  new Date(0).toLocaleString('ar', {timeZone: 'Asia/Tokyo'}),
  new Date(0).toLocaleDateString('de'), new Date(0).toLocaleTimeString('fr'), 'ä'.localeCompare('z', 'sv'),
  'I'.toLocaleLowerCase('tr'), 'i'.toLocaleUpperCase('tr'), [1234.5, new Date(0)].toLocaleString('de'),
  (123456789n).toLocaleString('en-IN'), new Date(0).getTimezoneOffset(), new Date(2020, 6, 1).toString()]"""


PINNED = [
    "1234567.891", "01/01/1970, 12:00:00 AM", "01/01/1970", "12:00:00 AM", 1, "i", "I",
    "1234.5,01/01/1970, 12:00:00 AM", "123456789", 0, "Wed Jul 01 2020 00:00:00 GMT+0000",
]  # fmt: skip


def test_time_zone_and_language_make_no_difference(executor: Executor) -> None:
    assert evaluate(executor, LOCALE) == PINNED
