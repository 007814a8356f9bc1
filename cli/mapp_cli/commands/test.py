"""`mapp test`: runs the gate on apps, as `mapp add` does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.completers import apps_or_files
from mapp_cli.context import Context, pass_context
from mapp_cli.questions import HOW_TO_ANSWER
from mapp_cli.rendering import Checks, show_check, show_open
from mapp_cli.reports import Reports, report_options
from mapp_cli.single_property import PropertyQuestion, check_property, property_options

if TYPE_CHECKING:
    from mapp.model.verdict import Verdict
    from mapp.ops.check.gate import Watch
    from mapp_cli.console import Console

FAILED = 8


@click.command("test")
@click.argument("apps", nargs=-1, metavar="[APP|FOLDER]...", shell_complete=apps_or_files)
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Number of inputs drawn for each property.",
)
@click.option(
    "--differential",
    is_flag=True,
    help="Compare the results of all engines on this machine instead, also node, which is not a sandbox.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Number of apps tested in parallel [default: one per core]."
)
@property_options
@report_options
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@pass_context
def command(
    context: Context,
    apps: tuple[str, ...],
    inputs: int,
    differential: bool,
    jobs: int | None,
    question: PropertyQuestion | None,
    reports: Reports,
    as_json: bool,
) -> int:
    """Run the gate on APPS (names, or folders with an app), or on all apps of the library."""
    from mapp.library import read

    if question is not None:
        return check_property(context, apps, question, as_json=as_json)
    names = apps or tuple(read.names(context.ready.home))
    if differential:
        return _compare(context, names, inputs, as_json)
    return _examine(context, names, inputs, jobs, reports, as_json)


def _examine(
    context: Context, names: tuple[str, ...], inputs: int, jobs: int | None, reports: Reports, as_json: bool
) -> int:
    from mapp.ops.check.gate import Options, report
    from mapp.ops.check.many import examine_all

    workspace, console = context.ready, context.console
    found: list[Verdict] = []
    single = len(names) == 1

    checks = Checks(console, details=True)

    def watch(name: str) -> Watch:
        return checks if single else (lambda result: None)

    if single:
        console.tell(names[0])
    options = Options(inputs=inputs, starting=checks.starting if single else None)
    if not single:
        began = time.monotonic()
        console.status(lambda: f"tested {len(found)} of {len(names)} apps · {time.monotonic() - began:.0f} s")
    for name, verdict in examine_all(workspace, names, options=options, jobs=jobs, watch=watch):
        if single:
            checks.conclude(HOW_TO_ANSWER)
        else:
            _show_verdict(console, name, verdict)
        found.append(verdict)
    console.close()
    reports.write([(f"{verdict.app} {verdict.version}", verdict) for verdict in found])
    passed = all(verdict.passed for verdict in found)
    if as_json:
        alone = report(found[0]) if single else {}
        console.json({**alone, "passed": passed, "apps": [report(verdict) for verdict in found]})
    return 0 if passed else FAILED


def _show_verdict(console: Console, name: str, verdict: Verdict) -> None:
    """Shows the verdict on one of several apps: one line, and the failed checks."""
    seconds = sum(result.seconds for result in verdict.results)
    console.tell(f"{'ok    ' if verdict.passed else 'FAILED'} {name} ({seconds:.1f} s)")
    for result in verdict.results:
        if not result.passed:
            show_check(console, result)
    show_open(console, verdict.results)


def _compare(context: Context, names: tuple[str, ...], inputs: int, as_json: bool) -> int:
    from mapp.ops.check.engines import compared, other_engines
    from mapp.ops.check.gate import Options
    from mapp.ops.check.many import files_of

    workspace = context.ready
    rows = []
    with other_engines(workspace) as engines:
        for why in engines.left_out:
            context.console.tell(f"left out: {why}")
        if any(name == "node" for name, _ in engines.executors):
            context.console.tell(
                "node is not a sandbox: third-party apps run in it only if the settings allow it"
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
            shown = ", ".join(f"{number} {word}" for word, number in counts.items())
            context.console.tell(f"         {name}: {shown}")
    if why := evidence.get("why"):
        context.console.tell(f"         {why}")
    if refused := evidence.get("too_little_isolation"):
        context.console.tell(
            f"         not in {', '.join(refused)}: it is a third-party app (setting isolation_strangers)"
        )
