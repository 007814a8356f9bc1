"""A scripted coder that understands every request: for each intent it writes a contract and a small app.

What it writes is what a coding model could know without the later requests: sentences of CLINC's training
rows for the intent, some of them turned with openings and endings, and near misses from the training rows of
the three nearest intents. Its apps are small (they say which job it is, in brief or in full, with the number
that the request held); what counts here is whether requests find them.

It errs like a model does: every fifth app is wrong at first (a number of zero is taken for none), and every
tenth contract at first holds an example that contradicts a law.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

REQUESTS: Final = 44
NEIGHBOURS: Final = 3
NEAR_MISSES: Final = 5
"""Of each neighbour."""
WRONG_CODE, WRONG_CONTRACT = 5, 10
NEW_WORDINGS: Final = 6
"""How many rows to add when an app has to learn one more wording."""

_NUMBER: Final = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w.,])")
_TURNS: Final[tuple[tuple[str, str], ...]] = (
    ("{}", ""),
    ("please {}", ""),
    ("{}, in detail", "full"),
    ("hey, {}", ""),
    ("{} please", ""),
    ("{}, in brief", "brief"),
    ("could you help me with this: {}", ""),
    ("i need help, {}", ""),
    ("in detail, {}", "full"),
    ("{} thanks", ""),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """One job: its name, how people say it (training rows), and the rows of its nearest neighbours."""

    number: int
    name: str
    said: tuple[str, ...]
    neighbours: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def words(self) -> str:
        """Returns the name in words."""
        return self.name.replace("_", " ")


def intents_of(rows: Sequence[Sequence[str]], near: Callable[[list[list[str]]], Any]) -> dict[str, Intent]:
    """Returns the intents of training rows (text, intent), by name.

    Args:
        rows: what people say, with the intent.
        near: given the sentences of each intent, returns how near each is to each, (intents, intents).
    """
    names = sorted({intent for _, intent in rows})
    said = [[text for text, intent in rows if intent == name] for name in names]
    found = {}
    for at, (name, nearness) in enumerate(zip(names, near(said), strict=True)):
        order = sorted((-float(value), place) for place, value in enumerate(nearness) if place != at)
        neighbours = tuple((names[place], tuple(said[place])) for _, place in order[:NEIGHBOURS])
        found[name] = Intent(number=at, name=name, said=tuple(said[at]), neighbours=neighbours)
    return found


@dataclass(kw_only=True)
class Author:
    """The scripted model: it knows which intent is meant, and answers by the phase of the prompt."""

    intent: Intent | None = None
    goal: str = ""
    owners: dict[str, str] = field(default_factory=dict)
    """Which intent each app of the library does: that much a model sees from their descriptions."""
    versions: dict[str, int] = field(default_factory=dict)

    def means(self, intent: Intent, goal: str) -> None:
        """Notes what the next request means."""
        self.intent, self.goal = intent, goal

    def __call__(self, body: Mapping[str, Any]) -> Mapping[str, str]:
        """Returns the files that are asked for."""
        assert self.intent is not None
        task = str(body["messages"][0]["content"][-1]["text"]).rpartition("\n")[2]
        found = re.match(r"App ([a-z0-9-]+), round (\d+)\.", task)
        assert found is not None, task
        app, first = found[1], found[2] == "1"
        if "main.js" in task:
            return {"main.js": code(self.intent, wrong=first and self.intent.number % WRONG_CODE == 0)}
        if "new rows only" in task:
            return self._widened(app)
        asked = "choice.json" in task
        if asked and (near := self._near(str(body["messages"][0]["content"][0]["text"]))):
            return {"choice.json": choice("widen", near)}
        self.versions[app] = 1
        wrong = first and self.intent.number % WRONG_CONTRACT == 0
        written = contract(self.intent, app, self.goal, wrong=wrong)
        return {"choice.json": choice("new", ""), **written} if asked else written

    def _near(self, material: str) -> str:
        """Returns the app that does the job, if it is among those that are shown."""
        assert self.intent is not None
        shown = re.findall(r"^([a-z][a-z0-9-]*): ", material, re.M)
        return next((app for app in shown if self.owners.get(app) == self.intent.name), "")

    def _widened(self, app: str) -> Mapping[str, str]:
        assert self.intent is not None
        self.versions[app] += 1
        rows = [_fits(turn.format(self.goal), detail) for turn, detail in _TURNS[:NEW_WORDINGS]]
        return {
            "mapp.toml": manifest(self.intent, app, self.versions[app]),
            "tests/requests.jsonl": _lines(rows),
        }


def choice(kind: str, app: str) -> str:
    """Returns the file in which a coder says what it chose."""
    why = "it does the job and lacks this wording" if app else "none of these does the job"
    return json.dumps({"choice": kind, "app": app, "reason": why})


def contract(intent: Intent, app: str, goal: str, *, wrong: bool = False) -> dict[str, str]:
    """Returns the contract of an app for an intent; a wrong one holds an example that breaks a law."""
    examples = [
        {"input": {**({} if amount is None else {"amount": amount}), "detail": detail}, "output": output}
        for amount in (None, 0, 1, 2.5, 12, 99.95, 1000, 250000)
        for detail in ("brief", "full")
        for output in [_answer(intent, detail, amount)]
    ]
    if wrong:
        examples.append({"input": {"amount": 7, "detail": "full"}, "output": f"{intent.words}, in full"})
    return {
        "mapp.toml": manifest(intent, app, 1),
        "tests/examples.jsonl": _lines(examples),
        "tests/properties.js": _LAWS.replace("JOB", json.dumps(f"{intent.words}, in ")),
        "tests/requests.jsonl": _lines([*_requests(intent, goal), *_misses(intent)]),
    }


def manifest(intent: Intent, app: str, version: int) -> str:
    """Returns the manifest of an app for an intent, at a minor version."""
    about = f"Answers what people ask about {intent.words}, such as: {intent.said[0]}."
    return _MANIFEST.format(
        app=app,
        version=version,
        description=json.dumps(about, ensure_ascii=False),
        longest=len(intent.words) + 60,
    )


def code(intent: Intent, *, wrong: bool = False) -> str:
    """Returns the code of an app for an intent; a wrong one takes a number of zero for none."""
    test = "!input.amount" if wrong else "input.amount === undefined"
    return _CODE.format(job=json.dumps(f"{intent.words}, in "), test=test)


_MANIFEST: Final = """\
manifest = 1
name = "{app}"
version = "0.{version}.0"
description = {description}

[input.detail]
enum = ["brief", "full"]
default = "brief"
words = {{ brief = ["in brief", "briefly"], full = ["in detail", "in full"] }}

[input.amount]
type = "number"
minimum = 0
maximum = 1000000000
optional = true

[output]
type = "string"
maxLength = {longest}
"""
_LAWS: Final = """\
function prop_it_names_the_job(input, output) { return output.startsWith(JOB); }
function prop_it_heeds_the_detail(input, output) {
  return output.slice(JOB.length, JOB.length + 4) === (input.detail === "full" ? "full" : "brie");
}
function prop_it_says_the_number_again(input, output) {
  const said = output.split(", for ");
  return input.amount === undefined ? said.length === 1 : Number(said[1]) === input.amount;
}
"""
_CODE: Final = """\
/** Says which job it is, how thoroughly, and for which number. */
function main(input, host) {{
  const detail = input.detail === "full" ? "full" : "brief";
  const amount = {test} ? "" : ", for " + input.amount;
  return {job} + detail + amount;
}}
"""


def _answer(intent: Intent, detail: str, amount: float | None) -> str:
    return f"{intent.words}, in {detail}" + ("" if amount is None else f", for {amount}")


def _requests(intent: Intent, goal: str) -> Iterator[dict[str, Any]]:
    """Yields the request itself, the intent's sentences, and turned ones, none twice."""
    plain = [(goal, "")] + [(text, "") for text in intent.said]
    turned = [
        (turn.format(text), detail)
        for shift in range(1, len(_TURNS))
        for at, text in enumerate(intent.said)
        for turn, detail in [_TURNS[1 + (at + shift) % (len(_TURNS) - 1)]]
    ]
    rows = dict(reversed([*plain, *turned]))
    chosen = list(dict.fromkeys([*(text for text, _ in plain), *(text for text, _ in turned)]))
    for text in chosen[:REQUESTS]:
        yield _fits(text, rows[text])


def _fits(text: str, detail: str) -> dict[str, Any]:
    found = _NUMBER.findall(text)
    amount = {"amount": float(found[0].replace(",", ""))} if len(found) == 1 else {}
    return {"request": text, "arguments": {**({"detail": detail} if detail else {}), **amount}}


def _misses(intent: Intent) -> Iterator[dict[str, Any]]:
    for name, said in intent.neighbours:
        for text in said[:NEAR_MISSES]:
            yield {"request": text, "fits": False, "why": f"asks about {name.replace('_', ' ')}"}


def _lines(rows: Sequence[Mapping[str, Any]] | list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
