"""`mapp clean`: permanently deletes removed apps."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("clean")
@click.option("--all", "everything", is_flag=True, help="Delete all removed apps, even recent ones.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, everything: bool, dry_run: bool, as_json: bool) -> None:
    """Permanently delete apps that were removed more than keep_removed days ago.

    Deleted apps cannot be restored.
    """
    from mapp.library.removed import clean

    console, workspace = context.console, context.workspace
    days = 0 if everything else context.config.keep_removed
    deleted = clean(workspace.home, days=days, now=workspace.clock(), dry_run=dry_run)
    if as_json:
        console.json({"deleted": [row.name for row in deleted], "dry_run": dry_run})
        return
    for row in deleted:
        console.result(row.name)
    verb = "would be deleted" if dry_run else "deleted"
    console.tell(f"{len(deleted)} removed apps {verb}")
