"""`mapp list`: lists the apps in the library."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """List the apps in the library: name, version, commit and description."""
    from mapp.library.read import DamagedApp, listing

    good, damaged = [], []
    for row in listing(context.ready.home):
        if isinstance(row, DamagedApp):
            damaged.append(row)
        else:
            good.append(row)
    for bad in damaged:
        context.console.error(f"{bad.name}: {bad.error}")
    if as_json:
        apps = [
            {"name": row.name, "version": row.version, "commit": row.commit, "description": row.description}
            for row in good
        ]
        context.console.json({"apps": apps, "damaged": [bad.name for bad in damaged]})
    else:
        rows = [(row.name, row.version, row.commit[:10], row.description) for row in good]
        context.console.table(rows, ("APP", "VERSION", "COMMIT", "DESCRIPTION"))
