"""`mapp new`: starts an app."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.context import Context, pass_context


@click.command("new")
@click.argument("name")
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=".",
    help="Create it in this folder; the current one by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the name and the folder as JSON.")
@pass_context
def command(context: Context, name: str, parent: Path, as_json: bool) -> None:
    """Start a new app in a folder called NAME. It is complete and passes its checks."""
    from mapp.ops.manage.scaffold import new
    from mapp.suggested_commands import suggested_command

    folder = new(name, parent)
    if as_json:
        context.console.json({"app": name, "folder": str(folder)})
        return
    context.console.result(str(folder))
    context.console.tell(f"edit the files in {folder}, then: {suggested_command('add', str(folder))}")
