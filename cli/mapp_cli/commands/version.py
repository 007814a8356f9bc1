"""`mapp version`: shows the version of mapp."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context


@click.command("version")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the version as JSON, with the Python version and the platform.",
)
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Show the version of mapp."""
    from mapp.distribution import version

    if not as_json:
        context.console.result(f"mapp {version()}")
        return
    import platform

    context.console.json(
        {"version": version(), "python": platform.python_version(), "platform": platform.platform()}
    )
