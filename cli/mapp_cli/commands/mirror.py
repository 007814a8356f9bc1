"""`mapp mirror`: writes the installed releases into one file."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.completers import files
from mapp_cli.context import Context, pass_context


@click.command("mirror")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), shell_complete=files)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@pass_context
def command(context: Context, file: Path, as_json: bool) -> None:
    """Write every installed release from elsewhere into FILE, for machines without a network.

    There, `mapp install APP --mirror FILE` and `mapp sync --mirror FILE` read it. It is a git bundle.
    """
    from mapp.ops.share.mirror import mirror

    console = context.console
    done = mirror(context.opened, file)
    if as_json:
        console.json(done.to_dict())
        return
    for row in done.entries:
        console.result(f"{row.name} {row.version} ({row.commit[:10]})")
    for name, reason in done.left_out:
        console.tell(f"left out: {name}: {reason}")
    console.tell(f"wrote {len(done.entries)} apps to {file}")
