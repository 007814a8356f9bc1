"""`mapp exec`: runs one app with given arguments."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names, files
from mapp_cli.completers import pairs as pairs_of
from mapp_cli.context import Context, pass_context
from mapp_cli.input_file import read_input
from mapp_cli.permissions import Allowed, permission_options, permit_by_asking
from mapp_cli.rendering import show_execution


@click.command("exec")
@click.argument("app", shell_complete=app_names)
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=pairs_of)
@click.option(
    "--input",
    "source",
    metavar="FILE",
    shell_complete=files,
    help="Take the arguments from a file, or - for standard input: one JSON object.",
)
@click.option("--at", "revision", metavar="REVISION", help="Run the app at a version, branch or commit.")
@permission_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    pairs: tuple[str, ...],
    source: str | None,
    revision: str | None,
    allowed: Allowed,
    as_json: bool,
) -> int:
    """Run APP with given arguments.

    A text argument takes its value unchanged; others take JSON. KEY=@FILE takes the content of a file,
    KEY=@- that of standard input. KEY=VALUE takes precedence over --input.

    \b
    mapp exec vat price=240 rate=20
    mapp exec sort-lines text=@names.txt
    echo '{"price": 240}' | mapp exec vat --input -
    """
    workspace = context.ready
    allowed.apply(context)
    workspace.warm()
    from mapp.library import read
    from mapp.ops.run.arguments import arguments_from, parse_pairs
    from mapp.ops.run.execute import execute

    arguments = {}
    if pairs or source is not None:
        manifest = read.load_runnable(workspace.home, app, revision).manifest
        if source is not None:
            arguments = arguments_from(manifest, read_input(source))
        arguments.update(parse_pairs(manifest, pairs, read=read_input))
    permit = permit_by_asking(context.console, as_json=as_json)
    execution = execute(workspace, app, arguments, revision=revision, grants=allowed.grants, permit=permit)
    return show_execution(context.console, execution, as_json=as_json)
