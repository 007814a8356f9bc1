"""`mapp rollback`: restores an app's previous version."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check


@click.command("rollback")
@click.argument("app", shell_complete=app_names)
@click.option("--to", metavar="VERSION", help="A version, branch or commit; the previous version by default.")
@click.option("--force", is_flag=True, help="Roll back even if a check fails; the commit records it.")
@click.option("--dry-run", is_flag=True, help="Check only; commit nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, to: str | None, force: bool, dry_run: bool, as_json: bool) -> None:
    """Restore APP's previous version as a new commit on main.

    A second rollback returns to the version that you left.
    """
    from mapp.ops.manage.rollback import rollback

    console = context.console
    watch = None if as_json else lambda result: show_check(console, result, details=False)
    back = rollback(context.ready, app, to=to, force=force, dry_run=dry_run, watch=watch)
    if as_json:
        console.json(back.to_dict())
        return
    if back.verdict is not None and not back.verdict.passed:
        console.error("rolled back by force: not every check passes")
    old, new = back.old.label, back.new.label
    if not back.needed:
        console.result(f"{app} is already at {new}")
    elif back.committed is None:
        console.result(f"{app} would be rolled back from {old} to {new}; nothing was committed (--dry-run)")
    else:
        console.result(f"rolled back {app} from {old} to {new} in commit {back.committed.commit[:10]}")
