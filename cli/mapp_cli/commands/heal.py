"""`mapp heal`: fixes an app after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapp_cli.approval import FAILED, TerminalApprover, show_proof, watching
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.ops.heal.heal import Healed
    from mapp_cli.console import Console


@click.command("heal")
@click.argument("target", metavar="[APP|INCIDENT]", required=False, shell_complete=app_names)
@click.option("--dry-run", is_flag=True, help="Print the prompt for the coder; spend nothing.")
@click.option("--yes", "-y", is_flag=True, help="Approve cost and merge without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, target: str | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Have a failure fixed: that of INCIDENT, or the newest one of APP.

    The fix must pass the gate, and everything that worked must stay the same. Only failures of the code are
    healed; for all others nothing is spent.

    \b
    mapp heal vat
    mapp heal 019a3 --yes
    """
    from mapp.ops.heal.heal import Healed, TriesUsed, find_incident, heal, planned
    from mapp.ops.heal.reproduce import CannotHeal
    from mapp.ops.index.refresh import catch_up

    console, workspace = context.console, context.ready
    incident = find_incident(workspace, target)
    if incident is None:
        where = f"of {target} " if target else ""
        return _show(console, Healed(incident=None, why=f"no open incident {where}can be healed"), as_json)
    if dry_run:
        brief = planned(workspace, incident)
        console.json({"incident": incident.id, "brief": brief}) if as_json else console.result(brief)
        return 0
    try:
        done = heal(
            workspace,
            incident,
            person=TerminalApprover(console=console, yes=yes, merge=context.config.merge),
            watch=watching(console),
        )
    except (CannotHeal, TriesUsed) as error:
        if not as_json:
            raise
        console.close()
        console.error(f"{error.message} [{error.code}]")
        if error.hint:
            console.hint(error.hint)
        console.json(Healed(incident=incident).to_dict())
        return error.exit_code
    console.close()
    if done.healed:
        catch_up(workspace, progress=console.progress)
    return _show(console, done, as_json)


def _show(console: Console, done: Healed, as_json: bool) -> int:
    """Shows the result and returns the exit code: 8 if the gate refused every try."""
    failed = done.changed is not None and done.changed.change.state == "failed"
    if failed and done.changed is not None:
        show_proof(console, done.changed)
    if as_json:
        console.json(done.to_dict())
        return FAILED if failed or done.reverted else 0
    changed = done.changed
    if changed is None or done.reverted:
        console.result(done.why)
    elif changed.committed is not None:
        row = changed.committed
        console.result(f"healed {row.name}: {row.version} ({row.commit[:10]})")
    else:
        change = changed.change
        console.result(f"{change.branch} of {change.app}: {change.state}, {change.detail}")
        console.hint(f"mapp review {change.id} shows it; --approve merges it, --reject drops it for good")
    return FAILED if failed or done.reverted else 0
