"""`mapp show`: shows one app's contract."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from mapp.model.app import App
from mapp.model.manifest import Argument
from mapp.model.question import Question
from mapp.model.question_text import question_lines
from mapp.model.schema import Schema
from mapp.suggested_commands import suggested_command
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.model.canary import Decision


@click.command("show")
@click.argument("app", shell_complete=app_names)
@click.option("--source", is_flag=True, help="Print the JavaScript source.")
@click.option("--at", "revision", metavar="REVISION", help="A version, branch or commit; main by default.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@pass_context
def command(context: Context, app: str, source: bool, revision: str | None, as_json: bool) -> None:
    """Show what APP takes, what it returns, what it may do, and what its tests leave open."""
    from mapp.library import read
    from mapp.ops.run.permissions import granted

    loaded = read.load(context.ready.home, app, revision)
    questions = _questions(context, app, revision)
    canary = _canary(context, loaded)
    if as_json:
        grants = sorted(granted(context.ready.home, app) & {*loaded.manifest.capabilities.names})
        document = {
            "app": app,
            "granted": grants,
            "commit": loaded.commit,
            "tree": loaded.tree,
            **loaded.manifest.to_dict(),
            "questions": [row.to_dict() for row in questions],
            "canary": None if canary is None else {"state": canary.state, "why": canary.why},
        }
        context.console.json({**document, **({"source": loaded.source} if source else {})})
    elif source:
        context.console.result(loaded.source.rstrip("\n"))
    else:
        for line in _lines(loaded, granted(context.ready.home, app)):
            context.console.result(line)
        if canary is not None:
            context.console.result(f"was healed recently; the version before is on stand-by\n  {canary.why}")
        for line in _open(questions):
            context.console.result(line)


def _questions(context: Context, app: str, revision: str | None) -> tuple[Question, ...]:
    """Returns what the recorded verdict leaves open; damaged notes are for `mapp doctor` to report."""
    from mapp.errors import IntegrityError
    from mapp.library.verdicts import recorded

    with contextlib.suppress(IntegrityError):
        verdict = recorded(context.ready.home, app, revision).verdict
        return verdict.questions if verdict is not None else ()
    return ()


def _canary(context: Context, app: App) -> Decision | None:
    from mapp.library.load_to_run import in_canary

    if not in_canary(context.ready.home, app.name, app.commit):
        return None
    from mapp.ops.heal.canary import state_of_canary

    return state_of_canary(context.ready, app.name)


def _open(questions: Sequence[Question]) -> Iterator[str]:
    if questions:
        yield "its tests leave open"
        yield from (f"  {line}" for line in question_lines(questions))


def _lines(app: App, granted: Collection[str]) -> Iterator[str]:
    manifest = app.manifest
    yield f"{app.name} {manifest.version}  ({app.commit[:10]})"
    yield f"  {manifest.description}"
    yield "takes"
    for argument in manifest.arguments:
        yield f"  {argument.name}: {_kind(argument.schema)}{_rest(argument)}"
    yield f"returns\n  {_kind(manifest.output)}"
    if manifest.errors:
        yield "refuses"
        for code, meaning in manifest.errors:
            yield f"  {code}: {meaning}"
    yield "may use"
    for name in manifest.capabilities.names:
        yield (
            f"  {name}"
            if name in granted
            else f"  {name}  (not granted: {suggested_command('grant', app.name, name)})"
        )
    if not manifest.capabilities.names:
        yield "  nothing: it only computes"
    request = next(
        (phrase.request for phrase in app.phrases if phrase.fits and phrase.attachment is None), ""
    )
    if request:
        yield f"ask for it\n  {suggested_command('run', request)}"
    for source in manifest.sources:
        yield f"after {source}"


def _kind(schema: Schema) -> str:
    if schema.enum is not None:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema.enum)
    kind = " or ".join(schema.types) or "any value"
    if schema.properties:
        kind += " {" + ", ".join(name for name, _ in schema.properties) + "}"
    if schema.items is not None:
        kind += f" of {_kind(schema.items)}"
    low, high = schema.minimum, schema.maximum
    bounds = f" {low if low is not None else '…'} to {high if high is not None else '…'}"
    return (
        kind
        + (f" ({schema.format})" if schema.format else "")
        + (bounds if (low, high) != (None, None) else "")
    )


def _rest(argument: Argument) -> str:
    parts = [f"in {argument.unit}" if argument.unit else ""]
    if argument.schema.has_default:
        parts.append(f"default {json.dumps(argument.schema.default, ensure_ascii=False)}")
    parts += ["optional" if argument.optional else "", "takes --input" if argument.attachment else ""]
    parts.append(argument.schema.description)
    return "".join(f"; {part}" for part in parts if part)
