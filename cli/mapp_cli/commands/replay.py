"""`mapp replay`: re-runs a recorded run offline."""

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
@click.option("--commit", "revision", metavar="REV", help="Run this revision of the app instead.")
@click.option(
    "--save-recording",
    "folder",
    metavar="FOLDER",
    help="If the result is equal, save the recording and an example as tests of the app in FOLDER.",
)
@click.option("--name", metavar="NAME", help="Name of the saved recording; run-RUN by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context, run: str, revision: str | None, folder: str | None, name: str | None, as_json: bool
) -> int:
    """Re-run RUN from its recording and report whether the result is the same.

    Host calls get the recorded answers, so nothing outside is contacted. RUN may be the beginning of an id.
    """
    from mapp.ops.run.replay import replay

    console = context.console
    if folder is None and name is not None:
        raise click.UsageError("--name needs --save-recording FOLDER")
    replayed = replay(context.ready, run, revision=revision)
    saved = {} if folder is None else _save(context, replayed, Path(folder), name)
    if as_json:
        console.json({**replayed.to_dict(), **saved})
    elif replayed.equal:
        console.result(f"equal ({replayed.app} at {replayed.commit[:10]})")
    else:
        console.result(f"different ({replayed.app} at {replayed.commit[:10]})")
        for change in replayed.changes:
            console.result(f"  {change.where}\n    before {change.before}\n    after  {change.after}")
    return 0 if replayed.equal else DIFFERENT


def _save(context: Context, replayed: Replayed, folder: Path, name: str | None) -> dict[str, str | None]:
    """Saves the run as a test if the result was equal, and prints the files."""
    if not replayed.equal:
        context.console.tell("not saved: the replay gave a different result")
        return {"recording": None, "example": None}
    from mapp.ops.run.save_recording import keep_recording

    saved = keep_recording(context.workspace, replayed.run, folder, name=name)
    context.console.tell(f"recording: {saved.recording}")
    if saved.example is not None:
        context.console.tell(f"example: {saved.example}")
    return {
        "recording": str(saved.recording),
        "example": None if saved.example is None else str(saved.example),
    }
