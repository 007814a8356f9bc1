"""`mapp library`: moves a whole library from one machine to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import files
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.library.lockfile import LockEntry


@click.group("library", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Export a whole library into one file, or import one.

    Without a command, show where the library is and how many apps it has.
    """
    if ctx.invoked_subcommand is not None:
        return
    from mapp.library import read

    context: Context = ctx.obj
    home = context.workspace.home
    count = len(read.names(home))
    if as_json:
        context.console.json({"library": str(home.root), "apps": count})
    else:
        context.console.result(f"{home.root}: {count} apps")


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), shell_complete=files)
@click.option("--journal", is_flag=True, help="Include the journal, with inputs and outputs of runs.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@pass_context
def exported(context: Context, file: Path, journal: bool, as_json: bool) -> None:
    """Write all apps with their history, the lock with its grants, and the apps' stores into FILE.

    Settings, keys and removed apps stay here.
    """
    from mapp.ops.share.whole_library import export_library

    done = export_library(context.opened, file, journal=journal)
    if as_json:
        context.console.json(done.to_dict())
    else:
        context.console.result(f"exported {len(done.apps)} apps to {file}")


@command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), shell_complete=files)
@click.option("--yes", "-y", is_flag=True, help="Make the apps and their grants yours without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print what was imported as JSON.")
@pass_context
def imported(context: Context, file: Path, yes: bool, as_json: bool) -> None:
    """Fill an empty library from FILE, which `mapp library export` wrote.

    All of it becomes yours, with the grants. Import only what you exported, or what you trust like that.
    """
    from mapp.ops.share.whole_library import import_library

    console = context.console

    def agree(entries: dict[str, LockEntry]) -> bool:
        granted = [f"{row.name}: {', '.join(row.granted)}" for row in entries.values() if row.granted]
        console.tell(f"{file} has {len(entries)} apps; granted: {'; '.join(granted) or 'nothing'}")
        return yes or (not as_json and console.confirm("make them yours?"))

    done = import_library(context.workspace, file, agree=agree)
    if as_json:
        console.json(done.to_dict())
    else:
        console.result(f"imported {len(done.apps)} apps from {file}")
