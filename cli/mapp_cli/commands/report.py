"""`mapp report`: reports a failure of an installed app to its author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import incidents
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

if TYPE_CHECKING:
    from mapp.model.app import App
    from mapp.model.incident import Incident
    from mapp.ops.share.report import FailingCase
    from mapp.ops.workspace import Workspace


@click.command("report")
@click.argument("incident", shell_complete=incidents)
@to_option
@push_option
@plain_option
@dry_run_option
@yes_option
@json_option
@pass_context
def command(
    context: Context,
    incident: str,
    to: str,
    push_options: tuple[str, ...],
    allow_git: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Send INCIDENT to the author of its app: its class, the smallest failing input and the recording.

    On GitHub, `gh` opens an issue. Elsewhere it is pushed as a branch with the failing test. It needs no
    coder, and you see everything before it is sent.
    """
    from mapp.ops.share.report import report
    from mapp.ops.share.upstream import Target

    console = context.console
    target = Target(to=to, allow_plain=allow_git, options=push_options)
    confirm = None if yes else confirmation(context, as_json=as_json)
    done = report(context.ready, incident, target, reproduce=_reproduced, dry_run=dry_run, confirm=confirm)
    row = done.sending
    if as_json:
        console.json(done.to_dict())
    elif done.way == "issue":
        console.result(f"reported {row.title}: {done.issue}")
    elif done.way == "branch":
        there = "pushed" if done.changed else "there already:"
        console.result(f"{there} {row.branch} to {row.place.remote} ({row.commit[:10]})")
        console.hint("it has the failing test; tell the author about it")
    else:
        console.result(row.body)
        console.tell("nothing was sent")


def _reproduced(
    workspace: Workspace, incident: Incident, app: App, files: Mapping[str, bytes]
) -> FailingCase | None:
    from mapp.ops.heal.reproduce import reproduce
    from mapp.ops.share.report import FailingCase
    from mapp.validate.trial import describe

    found = reproduce(workspace, incident, app, files)
    if found is None:
        return None
    return FailingCase(
        row=found.case,
        outcome=describe(found.outcome),
        broken=found.broken,
        recordings=found.recordings,
    )
