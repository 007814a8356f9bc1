"""`mapp replay`: a run once more, offline."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context

DIFFERENT = 1


@click.command("replay")
@click.argument("run")
@click.option("--commit", "revision", metavar="REV", help="Run another revision of the app instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, run: str, revision: str | None, as_json: bool) -> int:
    """Run RUN of the journal again from its recording and say whether the same comes out.

    Nothing is reached: the host's answers are the recorded ones. RUN may be the beginning of an id.
    """
    from mapp.ops.replay import replay

    console = context.console
    found = replay(context.ready, run, revision=revision)
    if as_json:
        console.json(found.to_dict())
    elif found.equal:
        console.result(f"equal ({found.app} at {found.commit[:10]})")
    else:
        console.result(f"different ({found.app} at {found.commit[:10]})")
        for change in found.changes:
            console.result(f"  {change.where}\n    before {change.before}\n    after  {change.after}")
    return 0 if found.equal else DIFFERENT
