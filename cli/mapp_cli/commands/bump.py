"""`mapp bump`: sets the version that a change requires."""

from __future__ import annotations

import click

from mapp_cli.completers import apps_or_files
from mapp_cli.context import Context, pass_context


@click.command("bump")
@click.argument("what", metavar="APP|FOLDER", default=".", shell_complete=apps_or_files)
@click.option("--dry-run", is_flag=True, help="Only show the version that would be set.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, what: str, dry_run: bool, as_json: bool) -> None:
    """Set the version in mapp.toml that the change requires, and show why.

    Compares interface and behaviour of the app in FOLDER, or in the checkout of APP, with the app on main.
    """
    from mapp.ops.manage.bump import bump

    console = context.console
    bumped = bump(context.ready, what, dry_run=dry_run)
    if as_json:
        console.json(bumped.to_dict())
        return
    for reason in bumped.demand.reasons if bumped.demand else ():
        console.tell(f"  {reason}")
    if bumped.demand is None:
        why = "nothing changed" if bumped.base else "there is no earlier version"
        console.result(f"{bumped.app} stays at {bumped.before}: {why}")
        return
    level = bumped.demand.level.name.lower()
    if bumped.before == bumped.after:
        console.result(
            f"{bumped.app} stays at {bumped.before}: enough for a {level} change since {bumped.base}"
        )
    else:
        verb = "would be" if dry_run else "is now"
        console.result(f"{bumped.app} {verb} {bumped.after}: a {level} change since {bumped.base}")
