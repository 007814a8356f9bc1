from __future__ import annotations

from itertools import permutations

import pytest

from mapp.model.app import App, read_app
from mapp.sandbox.executor import Executor
from mapp.starter import bundle
from mapp.validate.similarity import Likeness, is_trivial, likeness, matched, shared_code
from mapp.validate.time_limit import TimeBudget, TimeLimitedExecutor
from mapp.validate.trial import Trial
from support.apps import Draft, app

PRICE = """function main(input, host) {
  const share = input.rate / 100;
  if (input.direction === "remove") {
    return Math.round(input.price / (1 + share) * 100) / 100;
  }
  return Math.round(input.price * (1 + share) * 100) / 100;
}
"""
OTHER_WORDS = """const cents = (amount) => Math.round(amount * 100) / 100;
function main({net, percent, way}) {
  const factor = (100 + percent) / 100;
  switch (way) {
    case "remove": return cents(net / factor);
    default: return cents(net * factor);
  }
}
"""
DISCOUNT = """function main(input, host) {
  const left = Math.max(0, 100 - input.rate);
  if (input.direction === "remove") {
    return Math.round(input.price * left) / 100;
  }
  return Math.round(input.price * left / 2) / 100;
}
"""
SHOUT = """function main(input, host) {
  const words = input.text.split(" ");
  return words.map((word) => word === "stop" ? word.toUpperCase() : word).join(" ");
}
"""
WHISPER = """function main(input, host) {
  const words = input.text.split(" ");
  return words.map((word) => word === "go" ? word.toLowerCase() + "!" : word).join(" ");
}
"""


def priced(
    source: str, *, names: tuple[str, str, str] = ("price", "rate", "direction"), name: str = "vat"
) -> App:
    """Returns an app that takes a price, a rate and a direction, whatever they are called."""
    price, rate, direction = names
    draft = app(name).source(source).without("tests/examples.jsonl")
    draft.manifest["input"] = {
        price: {"type": "number", "minimum": 0, "maximum": 100_000},
        rate: {"type": "number", "minimum": 0, "maximum": 90},
        direction: {"enum": ["add", "remove"]},
    }
    draft.manifest["output"] = {"type": "number"}
    return read_app(draft.files)


def texts(source: str, *examples: tuple[str, str]) -> App:
    """Returns an app from text to text."""
    draft = app("text").source(source).without("tests/examples.jsonl")
    draft.manifest["input"] = {"text": {"type": "string", "maxLength": 40}}
    draft.manifest["output"] = {"type": "string"}
    for given, output in examples:
        draft.example({"text": given}, output=output)
    return read_app(draft.files)


def checks(sound: str, *examples: tuple[str, bool]) -> App:
    """Returns an app that says yes to some texts."""
    draft = Draft.double("check").without("tests/examples.jsonl")
    draft.source(f"function main(input, host) {{ const text = input.text.trim(); return {sound}; }}\n")
    draft.manifest["input"] = {"text": {"type": "string", "maxLength": 40}}
    draft.manifest["output"] = {"type": "boolean"}
    for given, output in examples:
        draft.example({"text": given}, output=output)
    return read_app(draft.files)


def compared(executor: Executor, new: App, listed: App) -> Likeness:
    """Compares two apps; runs that a busy machine starved are repeated."""
    limited = TimeLimitedExecutor(executor, TimeBudget(300))
    return likeness(Trial(app=new, base=listed, executor=limited, kind="edit"))


def test_one_behaviour_in_other_code_and_under_other_names_is_the_same(executor: Executor) -> None:
    new = priced(OTHER_WORDS, names=("net", "percent", "way"), name="tax")
    found = compared(executor, new, priced(PRICE))
    assert found.same_answers and found.agreeing == found.compared > 8
    assert found.code < 0.85


def test_another_behaviour_under_one_interface_is_not_the_same(executor: Executor) -> None:
    found = compared(executor, priced(DISCOUNT), priced(PRICE))
    assert not found.same and found.compared > found.agreeing


def test_a_copy_with_one_changed_line_is_the_same(executor: Executor) -> None:
    changed = PRICE.replace("  const share", "  if (input.price === 66666) return 1;\n  const share")
    assert compared(executor, priced(changed), priced(PRICE)).same
    assert compared(executor, priced(changed.replace("share", "s")), priced(PRICE)).same


def test_texts_that_both_leave_alone_say_nothing(executor: Executor) -> None:
    one = texts(SHOUT, *((f"a{n} stop", f"a{n} STOP") for n in range(10)))
    other = texts(WHISPER, *((f"a{n} go", f"a{n} go!") for n in range(10)))
    assert not compared(executor, other, one).same_answers
    assert not compared(executor, one, other).same_answers


def test_two_checks_that_mostly_say_no_are_told_apart_by_their_examples(executor: Executor) -> None:
    dashed = checks("/^[0-9]{3}-[0-9]$/.test(text)", *((f"{n}11-{n}", True) for n in range(1, 10)))
    dotted = checks("/^[0-9]{3}[.][0-9]$/.test(text)", *((f"{n}11.{n}", True) for n in range(1, 10)))
    again = checks("text.length === 5 && text[3] === '-' && !isNaN(text.replace('-', ''))")
    assert not compared(executor, dotted, dashed).same_answers
    assert compared(executor, again, dashed).same_answers
    assert not compared(executor, checks("text.length >= 0 ? true : false"), dashed).same_answers


def test_an_app_that_does_more_than_the_listed_one_is_not_the_same(executor: Executor) -> None:
    listed = checks("/^[0-9]{3}-[0-9]$/.test(text)", *((f"{n}11-{n}", True) for n in range(1, 10)))
    more = checks(
        "/^[0-9]{3}[-.][0-9]$/.test(text)",
        *((f"{n}11-{n}", True) for n in range(1, 4)),
        *((f"{n}11.{n}", True) for n in range(1, 10)),
    )
    assert not compared(executor, more, listed).same_answers


def test_apps_that_call_a_host_are_compared_by_their_code_alone(executor: Executor) -> None:
    source = "function main(input, host) {\n  const rate = host.http({url: 'https://api.example/x'});\n"
    draft = app("rates").stating(capabilities={"http": [{"host": "api.example", "methods": ["GET"]}]})
    listed = read_app(
        draft.source(source + "  return JSON.parse(rate.body).value * input.number;\n}\n").files
    )
    copied = read_app(draft.source(f"// mine\n{listed.source}").files)
    found = compared(executor, copied, listed)
    assert found.same and (found.code, found.compared) == (1.0, 0)


def test_comments_and_spaces_do_not_make_code_another() -> None:
    assert shared_code(f"/* by me */{PRICE}".replace("  ", "\t"), PRICE) == 1.0
    assert shared_code(PRICE, DISCOUNT) < 0.7 and shared_code("", PRICE) == 0.0


def test_arguments_are_matched_by_name_first_and_then_by_kind() -> None:
    one, other = priced(PRICE), priced(PRICE, names=("rate", "price", "how"))
    assert matched(one, other) == {"price": "price", "rate": "rate", "direction": "how"}
    assert matched(one, texts(SHOUT)) is None
    assert matched(read_app(app().files), one) is None, "the direction is required"


def test_a_program_of_a_line_is_too_short_to_be_compared() -> None:
    assert is_trivial(app().files["main.js"].decode()) and not is_trivial(PRICE)


SAMPLED = [
    ("iban-check", "isbn-check"),
    ("url-encode", "html-escape"),
    ("rot13", "reverse-text"),
    ("percent-of", "percent-change"),
    ("base64-encode", "text-to-hex"),
    ("md5", "sha256"),
]


def starter(name: str) -> App:
    """Returns a starter app."""
    return read_app(bundle.files(name))


@pytest.mark.parametrize(("new", "listed"), SAMPLED)
def test_starter_apps_of_one_signature_are_different_apps(executor: Executor, new: str, listed: str) -> None:
    assert not compared(executor, starter(new), starter(listed)).same


@pytest.mark.sweep
def test_no_starter_app_is_taken_for_another(executor: Executor) -> None:
    apps = {name: starter(name) for name in bundle.names()}
    held = [
        (new, listed)
        for new, listed in permutations(apps, 2)
        if matched(apps[listed], apps[new]) is not None and compared(executor, apps[new], apps[listed]).same
    ]
    assert held == []
