"""`mapp replay`: a run once more, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.run.replay import Replayed

DIFFERENT = 1


@click.command("replay")
@click.argument("run")
@click.option("--commit", "revision", metavar="REV", help="Run another revision of the app instead.")
@click.option(
    "--save-recording",
    "folder",
    metavar="FOLDER",
    help="If it is equal, keep it as a test of the app in FOLDER: recording and example.",
)
@click.option("--name", metavar="NAME", help="What to call that recording; run-RUN by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context, run: str, revision: str | None, folder: str | None, name: str | None, as_json: bool
) -> int:
    """Run RUN of the journal again from its recording and say whether the same comes out.

    Nothing is reached: the host's answers are the recorded ones. RUN may be the beginning of an id.
    """
    from mapp.ops.run.replay import replay

    console = context.console
    if folder is None and name is not None:
        raise click.UsageError("--name names what --save-recording FOLDER keeps")
    found = replay(context.ready, run, revision=revision)
    kept = {} if folder is None else _kept(context, found, Path(folder), name)
    if as_json:
        console.json({**found.to_dict(), **kept})
    elif found.equal:
        console.result(f"equal ({found.app} at {found.commit[:10]})")
    else:
        console.result(f"different ({found.app} at {found.commit[:10]})")
        for change in found.changes:
            console.result(f"  {change.where}\n    before {change.before}\n    after  {change.after}")
    return 0 if found.equal else DIFFERENT


def _kept(context: Context, found: Replayed, folder: Path, name: str | None) -> dict[str, str | None]:
    """Keeps the run as a test unless it came out differently; tells where."""
    if not found.equal:
        context.console.tell("not kept: the recording does not explain what came out")
        return {"recording": None, "example": None}
    from mapp.ops.run.save_recording import keep_recording

    kept = keep_recording(context.workspace, found.run, folder, name=name)
    context.console.tell(f"recording: {kept.recording}")
    if kept.example is not None:
        context.console.tell(f"example: {kept.example}")
    return {"recording": str(kept.recording), "example": None if kept.example is None else str(kept.example)}
