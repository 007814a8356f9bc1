"""`mapp test`: puts apps through the gate, as `mapp add` does."""

from __future__ import annotations

from typing import Any

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check

FAILED = 8


@click.command("test")
@click.argument("apps", nargs=-1, metavar="[APP|FOLDER]...")
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many inputs are drawn for each property.",
)
@click.option(
    "--differential",
    is_flag=True,
    help="Compare what every engine on this machine makes of them instead; node, which is no sandbox, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], inputs: int, differential: bool, as_json: bool) -> int:
    """Put APPS (names, or folders with an app), or all apps of the library, through the gate."""
    from mapp.library import catalogue

    names = apps or tuple(catalogue.names(context.ready.home))
    judge = _compare if differential else _examine
    return judge(context, names, inputs, as_json)


def _examine(context: Context, names: tuple[str, ...], inputs: int, as_json: bool) -> int:
    from mapp.ops.gate import Options, examined, report
    from mapp.ops.trials import files_of

    workspace = context.ready
    verdicts = []
    for name in names:
        context.console.tell(name)
        _, verdict = examined(
            workspace,
            files_of(workspace, name),
            options=Options(inputs=inputs),
            watch=lambda result: show_check(context.console, result),
        )
        verdicts.append(verdict)
    passed = all(verdict.passed for verdict in verdicts)
    if as_json:
        context.console.json({"passed": passed, "apps": [report(verdict) for verdict in verdicts]})
    return 0 if passed else FAILED


def _compare(context: Context, names: tuple[str, ...], inputs: int, as_json: bool) -> int:
    from mapp.ops.differential import compared, other_engines
    from mapp.ops.gate import Options
    from mapp.ops.trials import files_of

    workspace = context.ready
    rows = []
    with other_engines(workspace) as engines:
        for why in engines.left_out:
            context.console.tell(f"left out: {why}")
        if any(name == "node" for name, _ in engines.others):
            context.console.tell(
                "node is no sandbox: apps that others wrote run in it only where the settings allow"
            )
        for name in names:
            context.console.tell(name)
            found = compared(workspace, files_of(workspace, name), engines, options=Options(inputs=inputs))
            show_check(context.console, found)
            _show_engines(context, dict(found.evidence))
            rows.append((name, found))
    passed = all(found.passed for _, found in rows)
    if as_json:
        ours = workspace.executor.engine
        listed = [{"app": name, **found.to_dict()} for name, found in rows]
        context.console.json({"passed": passed, "engine": ours, "apps": listed})
    return 0 if passed else FAILED


def _show_engines(context: Context, evidence: dict[str, Any]) -> None:
    for name, counts in evidence.items():
        if isinstance(counts, dict):
            told = ", ".join(f"{number} {word}" for word, number in counts.items())
            context.console.tell(f"         {name}: {told}")
    if why := evidence.get("why"):
        context.console.tell(f"         {why}")
    if refused := evidence.get("too_little_isolation"):
        context.console.tell(
            f"         not in {', '.join(refused)}: others wrote it (setting isolation_strangers)"
        )
