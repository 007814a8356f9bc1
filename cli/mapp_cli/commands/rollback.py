"""`mapp rollback`: an app as it was before."""

from __future__ import annotations

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check


@click.command("rollback")
@click.argument("app", shell_complete=app_names)
@click.option(
    "--to", metavar="VERSION", help="A version, branch or commit; what main held before by default."
)
@click.option("--force", is_flag=True, help="Go back although a check fails; the commit says so.")
@click.option("--dry-run", is_flag=True, help="Check only.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, app: str, to: str | None, force: bool, dry_run: bool, as_json: bool) -> None:
    """Bring back what APP was before, as a new commit on main.

    Rolled back once more, the version that you left returns.
    """
    from mapp.ops.manage.rollback import rollback

    console = context.console
    watch = None if as_json else lambda result: show_check(console, result, details=False)
    found = rollback(context.ready, app, to=to, force=force, dry_run=dry_run, watch=watch)
    if as_json:
        console.json(found.to_dict())
        return
    if found.verdict is not None and not found.verdict.passed:
        console.error("rolled back by force: not every check passes")
    old, new = found.old.label, found.new.label
    if not found.needed:
        console.result(f"{app} is at {new} already")
    elif found.committed is None:
        console.result(f"{app} would go back from {old} to {new}; nothing was committed (--dry-run)")
    else:
        console.result(f"{app} went back from {old} to {new} in commit {found.committed.commit[:10]}")
