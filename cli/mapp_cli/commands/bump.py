"""`mapp bump`: the version that a change demands."""

from __future__ import annotations

import click

from mapp_cli.completers import apps_or_files
from mapp_cli.context import Context, pass_context


@click.command("bump")
@click.argument("what", metavar="APP|FOLDER", default=".", shell_complete=apps_or_files)
@click.option("--dry-run", is_flag=True, help="Only say which version it would be.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, what: str, dry_run: bool, as_json: bool) -> None:
    """Set the version in mapp.toml that the change demands, and say why.

    The app in FOLDER, or in the checkout of APP, is compared with the one on main: interface and behaviour.
    """
    from mapp.ops.manage.bump import bump

    console = context.console
    found = bump(context.ready, what, dry_run=dry_run)
    if as_json:
        console.json(found.to_dict())
        return
    for reason in found.demand.reasons if found.demand else ():
        console.tell(f"  {reason}")
    if found.demand is None:
        why = "nothing changed since it" if found.base else "there is no version before it"
        console.result(f"{found.app} stays at {found.before}: {why}")
    elif found.before == found.after:
        said = found.demand.level.name.lower()
        console.result(f"{found.app} stays at {found.before}: enough for a {said} change since {found.base}")
    else:
        said = "would be" if dry_run else "is now"
        level = found.demand.level.name.lower()
        console.result(f"{found.app} {said} {found.after}: a {level} change since {found.base}")
