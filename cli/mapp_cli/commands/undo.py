"""`mapp undo`: takes back an operation on the library."""

from __future__ import annotations

import click

from mapp_cli.completers import operation_ids
from mapp_cli.context import Context, pass_context


@click.command("undo")
@click.argument("operation", required=False, shell_complete=operation_ids)
@click.option("--dry-run", is_flag=True, help="Show what would be taken back.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, operation: str | None, dry_run: bool, as_json: bool) -> None:
    """Take back the last operation on the library, or OPERATION, an id from `mapp operations`.

    That is an install, update, removal, heal, edit, rollback, …, with all the apps that it changed. An undo
    is an operation too: a second undo brings everything back. If an app was changed later, nothing is undone.
    """
    from mapp.ops.share.undo import undo, version_of

    console = context.console
    done = undo(context.opened, operation, dry_run=dry_run)
    if as_json:
        console.json(done.to_dict())
        return
    verb = "would undo" if dry_run else "undid"
    console.result(f"{verb} {done.target.id} ({done.target.kind})")
    for step in done.steps:
        now = version_of(step.before)
        gone = "is not in the library" if now is None else f"is at {now}"
        console.result(f"  {step.app} {gone}, was {version_of(step.after) or 'removed'}")
    if not dry_run:
        console.hint(f"to bring it back: mapp undo {done.operation}")
