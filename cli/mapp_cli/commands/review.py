"""`mapp review`: changes that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check

if TYPE_CHECKING:
    from mapp.ops.reviewing import Reviewed


@click.command("review")
@click.argument("change", required=False)
@click.option("--approve", is_flag=True, help="Merge it; it has to be proven.")
@click.option("--reject", is_flag=True, help="Take it away with what was written; the cost stays on record.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@pass_context
def command(context: Context, change: str | None, approve: bool, reject: bool, as_json: bool) -> None:
    """List the changes that wait, or show CHANGE: what differs, the verdict, what it cost."""
    from mapp.errors import UsageError
    from mapp.ops.indexing import catch_up
    from mapp.ops.reviewing import approve_change, reject_change, review, waiting

    console, workspace = context.console, context.ready
    if (approve and reject) or ((approve or reject) and change is None):
        raise UsageError(
            "name one change, and either --approve or --reject it", hint="mapp review lists them"
        )
    if change is None:
        rows = waiting(workspace)
        if as_json:
            console.json({"changes": [row.to_dict() for row in rows]})
            return
        cells = [(row.id, row.kind, row.app, row.state, row.detail or row.request) for row in rows]
        console.table(cells, ["change", "kind", "app", "state", "about"])
        return
    if approve:
        committed = approve_change(workspace, change)
        catch_up(workspace, progress=console.progress)
        said: dict[str, Any] = {
            "merged": committed.name,
            "version": committed.version,
            "commit": committed.commit,
        }
        text = f"merged {committed.name} {committed.version} ({committed.commit[:10]})"
    elif reject:
        dropped = reject_change(workspace, change)
        said, text = {"dropped": dropped.id}, f"dropped {dropped.branch} of {dropped.app}"
    else:
        _show(console, review(workspace, change), as_json=as_json)
        return
    console.json(said) if as_json else console.result(text)


def _show(console: Console, found: Reviewed, *, as_json: bool) -> None:
    from mapp.model.spend import dollars

    if as_json:
        console.json(found.to_dict())
        return
    change = found.change
    console.result(f"{change.branch} of {change.app}: {change.state}")
    console.result(f"  {change.request}")
    for line in found.interface:
        console.result(f"  {line}")
    for line in found.difference:
        console.result(line)
    for result in found.verdict.results if found.verdict else ():
        show_check(console, result)
    for call in found.calls:
        console.result(f"  {call}")
    console.result(
        f"{found.spend.tokens_in:,} tokens read, {found.spend.tokens_out:,} written,"
        f" {dollars(found.spend.cost_micros)}, by {change.coder}"
    )
    if change.state == "proven":
        console.hint(f"mapp review {change.id} --approve merges it, --reject takes it away")
