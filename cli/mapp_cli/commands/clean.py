"""`mapp clean`: deletes apps that were removed some time ago."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("clean")
@click.option("--all", "everything", is_flag=True, help="Delete all removed apps, however new.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, everything: bool, dry_run: bool, as_json: bool) -> None:
    """Delete removed apps that are older than the setting keep_removed allows.

    After that they cannot be restored.
    """
    from mapp.library.removed import clean

    console, workspace = context.console, context.workspace
    days = 0 if everything else context.config.keep_removed
    found = clean(workspace.home, days=days, now=workspace.clock(), dry_run=dry_run)
    if as_json:
        console.json({"deleted": [row.name for row in found], "dry_run": dry_run})
        return
    for row in found:
        console.result(row.name)
    what = "would be deleted" if dry_run else "deleted"
    console.tell(f"{len(found)} removed apps {what}")
