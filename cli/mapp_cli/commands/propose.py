"""`mapp propose`: proposes a change of an installed app to its author."""

from __future__ import annotations

import click

from mapp_cli.completers import apps_or_changes
from mapp_cli.context import Context, pass_context
from mapp_cli.upstream_options import (
    confirmation,
    dry_run_option,
    json_option,
    plain_option,
    push_option,
    to_option,
    yes_option,
)


@click.command("propose")
@click.argument("what", metavar="APP|CHANGE", shell_complete=apps_or_changes)
@to_option
@push_option
@plain_option
@dry_run_option
@yes_option
@json_option
@pass_context
def command(
    context: Context,
    what: str,
    to: str,
    push_options: tuple[str, ...],
    allow_git: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Push your heal or extension of an installed app to its author, with the evidence.

    On GitHub, `gh` opens the pull request; elsewhere --push-option can, or the printed text asks for it. You
    see everything before it is sent. Running the command again finishes what was interrupted.
    """
    from mapp.ops.share.open_request import pull_request
    from mapp.ops.share.propose import propose
    from mapp.ops.share.upstream import Target

    console = context.console
    target = Target(to=to, allow_plain=allow_git, options=push_options)
    confirm = None if yes else confirmation(context, as_json=as_json)
    done = propose(context.ready, what, target, dry_run=dry_run, confirm=confirm)
    row, opened = done.sending, ""
    if not done.dry_run:
        opened = pull_request(
            row.place.author,
            row.branch,
            row.title,
            row.body,
            pushed=row.place.remote,
            base=row.place.refs.branch("main"),
            tell=console.tell,
        )
    if as_json:
        console.json({**done.to_dict(), "pull_request": opened or None})
    elif done.dry_run:
        console.result(row.request)
        console.tell("nothing was sent")
    else:
        there = "pushed" if done.changed else "there already:"
        console.result(f"{there} {row.branch} of {row.app} to {row.place.remote} ({row.commit[:10]})")
        if opened:
            console.hint(opened)
        else:
            console.result(row.request)
            console.hint("send this text to the author, or open a pull request with it")
