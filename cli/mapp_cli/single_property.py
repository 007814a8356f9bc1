"""`mapp test APP --property NAME --input JSON`: checks one property on one input."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mapp.errors import UsageError

if TYPE_CHECKING:
    from mapp_cli.context import Context

FAILED = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertyQuestion:
    """The values of `--property` and `--input`; None for one that was not given."""

    name: str | None
    text: str | None


def property_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--property` and `--input` to a command, which receives them as `question`, None without them."""

    @click.option("--property", "name", metavar="NAME", help="Check only this property, on one input.")
    @click.option("--input", "text", metavar="JSON", help="The input for --property, as JSON.")
    @functools.wraps(function)
    def wrapped(*arguments: Any, name: str | None, text: str | None, **options: Any) -> Any:
        question = None if name is None and text is None else PropertyQuestion(name=name, text=text)
        return function(*arguments, question=question, **options)

    return wrapped


def check_property(
    context: Context, names: tuple[str, ...], question: PropertyQuestion, *, as_json: bool
) -> int:
    """Checks a property on one input, prints the result and returns the exit code."""
    from mapp.ops.check.many import files_of, folder_of
    from mapp.ops.check.predicates import ask_predicate

    name, text = question.name, question.text
    if len(names) != 1 or name is None or text is None:
        raise UsageError(
            "--property and --input go together, with one app",
            hint="mapp test APP --property NAME --input '{…}'",
        )
    workspace, console = context.ready, context.console
    found = ask_predicate(
        workspace, files_of(workspace, names[0]), name, _arguments(text), folder_of(names[0])
    )
    if as_json:
        console.json(found.to_dict())
    else:
        console.result(f"{found.app} gave {found.gave}")
        console.result(f"{name} holds" if found.holds else f"{name} {found.fault}")
    return 0 if found.holds else FAILED


def _arguments(text: str) -> dict[str, Any]:
    from mapp.model.values import parse

    value = parse(text, what="--input")
    if not isinstance(value, dict):
        raise UsageError("--input must be a JSON object", hint="""for example '{"number": 2}'""")
    return value
