"""`mapp test APP --property NAME --input JSON`: one predicate put to one input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapp.errors import UsageError

if TYPE_CHECKING:
    from mapp_cli.context import Context

FAILED = 8


def ask(
    context: Context, names: tuple[str, ...], predicate: str | None, text: str | None, *, as_json: bool
) -> int:
    """Shows what a predicate says of an input and returns the exit code."""
    from mapp.ops.check.many import files_of, folder_of
    from mapp.ops.check.predicates import ask_predicate

    if len(names) != 1 or predicate is None or text is None:
        raise UsageError(
            "--property and --input go together, with one app",
            hint="mapp test APP --property NAME --input '{…}'",
        )
    workspace, console = context.ready, context.console
    said = ask_predicate(
        workspace, files_of(workspace, names[0]), predicate, _arguments(text), folder_of(names[0])
    )
    if as_json:
        console.json(said.to_dict())
    else:
        console.result(f"{said.app} gave {said.gave}")
        console.result(f"{predicate} holds" if said.holds else f"{predicate} {said.fault}")
    return 0 if said.holds else FAILED


def _arguments(text: str) -> dict[str, Any]:
    from mapp.model.values import parse

    value = parse(text, what="--input")
    if not isinstance(value, dict):
        raise UsageError("--input must be a JSON object", hint="""for example '{"number": 2}'""")
    return value
