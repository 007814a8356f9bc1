"""Asks for a missing argument in words, and reads what the person types.

The question comes from the manifest: the argument's description, its choices, unit and example. The answer is
read like a request, so `four people` and `next Friday` work as well as `4`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import InvalidArguments, InvalidInput, MappError, Problem
from mapp.model.decision import Arguments, Ask
from mapp.model.manifest import Argument, Manifest
from mapp.model.request import Request
from mapp.model.schema import ABSENT, Schema
from mapp.model.validation import violations
from mapp.model.values import JSONValue
from mapp.ops.run.arguments import parse_pairs
from mapp.route.decide.vetoes import vetoes
from mapp.route.fill.fill import fill
from mapp.route.fill.slots import slots_of
from mapp.route.read.tokens import words_of_name
from mapp.route.read.units import unit_called

MAX_CHOICES: Final = 8
"""The most choices that a question lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question about one missing argument of an app.

    `hint` lists choices, unit or an example; `problem` says what is wrong with the value given so far.
    """

    app: str
    argument: str
    text: str
    hint: str = ""
    problem: str = ""

    def __str__(self) -> str:
        """Returns the question with its hint."""
        return f"{self.text} ({self.hint})" if self.hint else self.text

    def to_dict(self) -> dict[str, str]:
        """Returns the question as a JSON object."""
        return {name: getattr(self, name) for name in ("argument", "text", "hint", "problem")}


Supply = Callable[[Question], str | None]
"""Asks a person for a missing argument; returns what they typed, or nothing to cancel."""


def question_about(manifest: Manifest, key: str, given: Arguments = ()) -> Question:
    """Returns the question about an argument, or about a property of one (`address.city`).

    `given` are the arguments so far; a value that does not fit is named as the problem.
    """
    argument = _argument(manifest, key)
    value = dict(given).get(key, ABSENT)
    problem = "" if value is ABSENT else "; ".join(map(str, _faults(argument, value)))
    return Question(
        app=manifest.name,
        argument=key,
        text=_wording(argument),
        hint=", ".join(_hints(argument)),
        problem=problem,
    )


def supplied(manifest: Manifest, asked: Ask, request: Request, supply: Supply) -> Arguments | None:
    """Returns the arguments of a call completed by a person, who is asked for one after the other.

    Returns None if they cancel.
    """
    arguments = dict(asked.arguments)
    for key in asked.missing:
        question = question_about(manifest, key, tuple(arguments.items()))
        while True:
            typed = (supply(question) or "").strip()
            if not typed:
                return None
            try:
                value = read_reply(manifest, key, replace(request, text=typed, attachment=None))
            except MappError as error:
                problems = error.problems if isinstance(error, InvalidInput) else ()
                said = "; ".join(problem.message for problem in problems) or error.message
                question = replace(question, problem=said)
            else:
                break
        _put(arguments, key, value)
    return tuple(arguments.items())


def read_reply(manifest: Manifest, key: str, reply: Request) -> JSONValue:
    """Returns the value that a person typed for an argument.

    A text is taken as it stands, `@FILE` as the content of that file. Anything else is read like a request,
    and what mapp cannot read that way as on the command line of `mapp exec`.

    Raises:
        InvalidArguments: the text does not hold such a value, or holds more than it.
    """
    argument, typed = _argument(manifest, key), reply.text
    alone = replace(manifest, arguments=(argument,))
    wants = next((slot.wants for slot in slots_of(alone)), "json")
    if wants == "boolean" and typed.lower() in _ANSWERS:
        return _ANSWERS[typed.lower()]
    if wants != "text" and not typed.startswith("@"):
        filling = fill(reply, alone)
        found = filling.arguments.get(argument.name, ABSENT)
        if found is not ABSENT:
            problems = _faults(argument, found)
            problems += [
                Problem(path=key, message=veto.reason)
                for veto in vetoes(reply, alone, filling)
                if veto.name != "missing-argument"
            ]
            if problems:
                raise _refused(manifest, problems)
            return found
    is_other = True
    try:
        value = parse_pairs(alone, [f"{argument.name}={_unquoted(typed)}"])[argument.name]
        problems = _faults(argument, value)
        if not problems:
            return value
        is_other = wants in ("date", "date-time", "time")
    except InvalidArguments as error:
        problems = list(error.problems)
    if is_other and wants in _KINDS:
        kind = "a whole number" if argument.schema.types == ("integer",) else _KINDS[wants]
        problems = [Problem(path=key, message=f"“{typed[:60]}” is not {kind}")]
    raise _refused(manifest, problems)


_KINDS: Final = {
    "number": "a number",
    "boolean": "yes or no",
    "enum": "one of the choices",
    "date": "a date",
    "date-time": "a date with a time",
    "time": "a time",
    "numbers": "a list of numbers",
}
_ANSWERS: Final = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»"}


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[0])
    inside = text[1:-1]
    quoted = len(text) > 2 and closing is not None and text.endswith(closing) and closing not in inside
    return inside if quoted else text


def _argument(manifest: Manifest, key: str) -> Argument:
    """Returns an argument that must be given; for a path, one with the schema of that property."""
    name, *path = key.split(".")
    found = manifest.argument(name)
    if found is None:
        raise InvalidArguments(f"{manifest.name} has no argument {key}", [])
    schema = found.schema
    for inner in path:
        schema = dict(schema.properties).get(inner, Schema())
    required = replace(schema, default=ABSENT)
    return replace(found, name=path[-1] if path else name, schema=required, optional=False)


def _put(arguments: dict[str, JSONValue], key: str, value: JSONValue) -> None:
    name, *path = key.split(".")
    if not path:
        arguments[name] = value
        return
    outer = arguments.get(name)
    inside = dict(outer) if isinstance(outer, dict) else {}
    _put(inside, ".".join(path), value)
    arguments[name] = inside


def _faults(argument: Argument, value: JSONValue) -> list[Problem]:
    return list(violations(argument.schema, value))


def _refused(manifest: Manifest, problems: list[Problem]) -> InvalidArguments:
    return InvalidArguments(f"that does not fit {manifest.name}", problems)


# Wording

_HEAD: Final = re.compile(
    r"\s*(?:[;(]|:(?:\s|$)|,?\s(?:such as|for example|e\.g\.)\s|, (?:which|in|with|without|the)\s)"
)
_EXAMPLE: Final = re.compile(r"(?:such as|for example|e\.g\.)\s+([^;:()]+?)(?=[.;:()]?\s*$|[;:()]|,\s)")
_ASKING: Final = ("how", "what", "which", "where", "when", "who")
_COUNT: Final = re.compile(r"(?:the )?number of (?!the\b)(.+)", re.IGNORECASE)
_CLAUSE: Final = re.compile(r",| (?:that|which|who)\b")
_DETERMINERS: Final = frozenset(
    ["a", "an", "the", "one", "this", "that", "each", "every", "any", "your", "their", "its"]
)
_AFTER_NOUN: Final = re.compile(
    r"[,.]| (?:to|that|which|who|whose|from|of|in|for|with|on|at|into|as|is|are)\b"
)
_SINGULAR_ENDINGS: Final = ("ss", "us", "is", "as")
_VAGUE: Final = frozenset(["a", "b", "by", "from", "in", "into", "of", "on", "per", "to", "with"])
"""Names of arguments that say nothing alone."""


def _wording(argument: Argument) -> str:
    schema = argument.schema
    head = _HEAD.split(schema.description.strip(), maxsplit=1)[0].rstrip(" .,")
    named = " ".join(words_of_name(argument.name))
    first = head.partition(" ")[0].lower()
    if schema.enum is not None and named not in _VAGUE:
        return f"which {named}?"
    if first == "whether":
        return f"{_uncapitalised(head)}, yes or no?"
    if first in _ASKING:
        return f"{_uncapitalised(head)}?"
    if counted := _COUNT.fullmatch(head):
        return f"how many {_CLAUSE.split(counted[1], maxsplit=1)[0]}?"
    thing = _uncapitalised(head) if head else named
    if thing.partition(" ")[0].lower() not in _DETERMINERS:
        thing = f"the {thing}"
    return f"what {'are' if _is_plural(thing, schema) else 'is'} {thing}?"


def _is_plural(thing: str, schema: Schema) -> bool:
    if schema.types == ("array",):
        return True
    noun = _AFTER_NOUN.split(thing, maxsplit=1)[0].rpartition(" ")[2]
    return noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS)


def _uncapitalised(text: str) -> str:
    """Returns a text with its first letter small, unless its first word is an abbreviation or a name."""
    word = text.partition(" ")[0]
    return (
        text if word[1:] != word[1:].lower() or any(map(str.isdigit, word)) else text[:1].lower() + text[1:]
    )


def _hints(argument: Argument) -> Iterator[str]:
    schema = argument.schema
    if schema.enum is not None:
        choices = [
            value if isinstance(value, str) else str(value) for value in schema.enum if value is not None
        ]
        if len(choices) > MAX_CHOICES:
            yield f"such as {', '.join(choices[:MAX_CHOICES])}"
        else:
            yield " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
        return
    if argument.unit and not _names_unit(schema.description, argument.unit):
        yield f"in {argument.unit}"
    stated = _EXAMPLE.search(schema.description)
    if schema.examples:
        yield f"such as {schema.examples[0]}"
    elif stated:
        yield f"such as {stated[1].strip()}"
    elif schema.format in _FORMATS:
        yield f"such as {_FORMATS[schema.format]}"
    if argument.attachment:
        yield "or @FILE"


def _names_unit(text: str, unit: str) -> bool:
    """Returns whether a text names a unit, as a word or a symbol."""
    wanted = unit_called(unit)
    words = text.lower().replace(",", " ").split()
    return unit in words or (wanted is not None and any(unit_called(word) == wanted for word in words))


_FORMATS: Final = {"date": "2025-03-14", "time": "09:30", "date-time": "2025-03-14T09:30:00Z"}
