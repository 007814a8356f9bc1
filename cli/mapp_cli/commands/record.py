"""`mapp record`: makes the recordings that an app's tests need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.completers import apps_or_files, files
from mapp_cli.context import Context, pass_context
from mapp_cli.input_file import read_input
from mapp_cli.permissions import Allowed, permission_options

if TYPE_CHECKING:
    from mapp.model.values import JSONValue
    from mapp.ops.manage.record import Recorded
    from mapp.ops.run.permissions import Permit
    from mapp_cli.console import Console

MAX_LINES = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOptions:
    """The options of `mapp record`, as click passes them."""

    pairs: tuple[str, ...]
    source: str | None
    change: str | None
    error: str | None
    name: str | None
    allowed: Allowed
    yes: bool
    as_json: bool


@click.command("record")
@click.argument("app", metavar="APP|FOLDER", shell_complete=apps_or_files)
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--input",
    "source",
    metavar="FILE",
    shell_complete=files,
    help="Record the run on the JSON object in a file, or - for standard input.",
)
@click.option(
    "--change",
    metavar="CHANGE",
    help="Change a recorded answer instead, e.g. status-500, truncated or null:FIELD; runs offline.",
)
@click.option("--error", metavar="CODE", help="The declared error that the example shall expect.")
@click.option("--name", metavar="NAME", help="Name of the recording.")
@permission_options
@click.option("--yes", "-y", is_flag=True, help="Keep the recording without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, /, app: str, **values: Any) -> int:
    """Run APP and keep its host calls as a recording and an example in its tests.

    The files go into FOLDER, or into the app's checkout. Keys are replaced, and everything that is kept is
    shown first. Grants hold for this run only.

    \b
    mapp record ./rates currency=USD --grant http:api.example.com
    mapp record ./rates --change status-500
    mapp record ./rates --change null:rates.CHF --error unavailable
    """
    from mapp.ops.manage.record import keep, record_change, record_run, target_of

    options = RecordOptions(**values)
    workspace, console = context.ready, context.console
    options.allowed.apply(context)
    target = target_of(workspace, app)
    arguments = _arguments(target.app.manifest, options)
    if options.change is not None:
        found = record_change(
            workspace, target, arguments, options.change, name=options.name, error=options.error
        )
    else:
        found = record_run(
            workspace,
            target,
            arguments,
            grants=options.allowed.grants,
            permit=_permit(console, as_json=options.as_json),
            name=options.name,
            error=options.error,
        )
    _show(console, found)
    asks = console.can_ask and not (options.yes or options.as_json)
    kept = None if asks and not console.confirm("keep this?") else keep(found)
    paths = [path for path in (kept.recording, kept.example) if path is not None] if kept else []
    if options.as_json:
        console.json({**found.to_dict(), "files": list(map(str, paths))})
    elif kept is None:
        console.result("nothing was kept")
    else:
        for path in paths:
            console.result(str(path))
        console.hint(f"mapp test {target.folder}")
    return 0


def _arguments(manifest: Any, options: RecordOptions) -> dict[str, JSONValue]:
    from mapp.ops.run.arguments import arguments_from, parse_pairs

    arguments: dict[str, JSONValue] = {}
    if options.source is not None:
        arguments = dict(arguments_from(manifest, read_input(options.source)))
    arguments.update(parse_pairs(manifest, options.pairs, read=read_input))
    return arguments


def _permit(console: Console, *, as_json: bool) -> Permit | None:
    if as_json or not console.can_ask:
        return None
    return lambda app, missing: console.confirm(f"let {app} use {', '.join(missing)}, for this recording?")


def _show(console: Console, found: Recorded) -> None:
    """Shows everything that would be kept."""
    import json

    lines = found.text.splitlines()
    if found.recording is not None:
        console.tell(f"recording {found.recording.name}, {len(found.recording.exchanges)} host calls:")
    for line in lines[:MAX_LINES]:
        console.tell(f"  {line}")
    if len(lines) > MAX_LINES:
        console.tell(f"  … {len(lines) - MAX_LINES} more lines; --json prints all of them")
    console.tell(f"example: {json.dumps(dict(found.row), ensure_ascii=False)}")
