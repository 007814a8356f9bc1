"""`mapp ci`: runs the gate on every commit of a push or a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.questions import HOW_TO_ANSWER
from mapp_cli.rendering import show_check, show_open
from mapp_cli.reports import Reports, report_options

if TYPE_CHECKING:
    from mapp.ops.check.pushed_commits import Push

FAILED = 8


@click.command("ci")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--base",
    metavar="REVISION",
    help="The commit before the first one to validate [default: from the forge's variables, else HEAD only].",
)
@click.option("--head", metavar="REVISION", help="The last commit to validate [default: HEAD].")
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Number of inputs drawn for each app.",
)
@report_options
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@pass_context
def command(
    context: Context,
    folder: Path,
    base: str | None,
    head: str | None,
    inputs: int,
    reports: Reports,
    as_json: bool,
) -> int:
    """Validate every commit of a push or pull request in the app's repository at FOLDER.

    After a first push or a force push, these are all commits that no other branch has. For a tag, or if no
    commit is new, it is the newest commit. On GitHub Actions, findings become annotations. Exits with 8 if a
    commit fails.
    """
    from mapp.config import environment
    from mapp.ops.check.ci import Listeners, validate
    from mapp.ops.check.gate import Options

    console = context.console
    known = environment()
    found = []
    plans: list[Push] = []

    def plan(push: Push) -> None:
        plans.append(push)
        console.tell(f"{push.reason}: {len(push.commits)} to validate")
        for draft in push.drafts:
            console.tell(f"{draft.id[:10]} {draft.subject}: a draft that main never had, not validated")

    for judged in validate(
        context.workspace,
        folder,
        base=base,
        head=head,
        environment=known,
        options=Options(inputs=inputs),
        listeners=Listeners(
            plan=plan,
            begin=lambda commit: console.tell(f"{commit.id[:10]} {commit.subject}"),
            watch=lambda result: show_check(console, result),
        ),
    ):
        found.append(judged)
        show_open(console, judged.verdict.results, hint=HOW_TO_ANSWER)
        if known.get("GITHUB_ACTIONS") == "true" and not as_json:
            reports.annotate(console, judged.title, judged.verdict)
    reports.write([(judged.title, judged.verdict) for judged in found])
    passed = all(judged.verdict.passed for judged in found)
    if as_json:
        drafts = [row.id for push in plans for row in push.drafts]
        reason = plans[0].reason if plans else ""
        rows = [judged.to_dict() for judged in found]
        console.json({"passed": passed, "why": reason, "commits": rows, "drafts": drafts})
    else:
        bad = sum(not judged.verdict.passed for judged in found)
        console.result(f"{len(found)} commits validated, {bad} failed")
    return 0 if passed else FAILED
