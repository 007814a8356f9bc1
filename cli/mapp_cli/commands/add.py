"""`mapp add`: checks a folder and commits it as an app."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.questions import HOW_TO_ANSWER, asking
from mapp_cli.rendering import Checks, show_added


@click.command("add")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--force",
    is_flag=True,
    help="Commit even if a check fails or the version is too low; the commit records it.",
)
@click.option(
    "--accept-engine-difference",
    "accept",
    is_flag=True,
    help="Accept that another engine gives a different result; the verdict records it.",
)
@click.option("--dry-run", is_flag=True, help="Check only; commit nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_context
def command(context: Context, folder: Path, force: bool, accept: bool, dry_run: bool, as_json: bool) -> None:
    """Check FOLDER and commit it as an app of the library."""
    from mapp.ops.check.gate import Options
    from mapp.ops.manage.add import add

    console = context.console
    checks = Checks(console, details=False)
    options = Options(accept_engine_difference=accept, starting=None if as_json else checks.starting)
    workspace = context.ready
    if as_json:
        found = add(workspace, folder, force=force, dry_run=dry_run, options=options)
        console.json(found.to_dict())
        return
    try:
        added = add(
            workspace,
            folder,
            force=force,
            dry_run=dry_run,
            options=options,
            watch=checks,
            ask=None if dry_run else asking(console),
        )
    finally:
        checks.conclude(HOW_TO_ANSWER)
    show_added(console, added, force=force)
