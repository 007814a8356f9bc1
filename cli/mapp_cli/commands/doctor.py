"""`mapp doctor`: checks what works on this machine."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context

FAILED = 1


@click.command("doctor")
@click.option(
    "--repair", is_flag=True, help="Rebuild derived data and remove what killed processes left behind."
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@pass_context
def command(context: Context, repair: bool, as_json: bool) -> int:
    """Check by trying what works on this machine and what does not."""
    from mapp.ops.manage.doctor import examine, repair_library

    workspace = context.ready
    if repair:
        changed = repair_library(workspace)
        context.console.tell(f"pins changed: {', '.join(changed)}" if changed else "all pins were correct")
    findings = list(examine(workspace))
    if as_json:
        config = workspace.config
        demanded = {"own": config.isolation, "strangers": config.isolation_strangers}
        levels = {"isolation": _isolation(context), "demanded": demanded}
        context.console.json({**levels, "findings": [row.to_dict() for row in findings]})
    else:
        context.console.table(
            [(row.state, row.what, row.detail) for row in findings], ("STATE", "WHAT", "DETAIL")
        )
    return FAILED if any(row.state == "failed" for row in findings) else 0


def _isolation(context: Context) -> str:
    return context.workspace.executor.isolation
