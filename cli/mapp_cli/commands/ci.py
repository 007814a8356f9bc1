"""`mapp ci`: runs the gate on every commit of a push or a pull request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp.errors import UsageError
from mapp_cli.context import Context, pass_context
from mapp_cli.option_groups import option_group
from mapp_cli.questions import HOW_TO_ANSWER
from mapp_cli.rendering import show_check, show_open
from mapp_cli.reports import Reports, report_options

if TYPE_CHECKING:
    from mapp.ops.check.ci import JudgedCommit, Listeners
    from mapp.ops.check.gate import Options
    from mapp.ops.check.pushed_commits import Push

FAILED = 8
MAX_INPUT = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """Which commits are validated: a range, or what a git server receives."""

    base: str | None
    head: str | None
    hook: str | None
    protect: tuple[str, ...]
    allow_rewrite: bool


pushed_options = option_group(
    "pushed",
    Pushed,
    click.option(
        "--base",
        metavar="REVISION",
        help="The commit before the first one to validate "
        "[default: from the forge's variables, else HEAD only].",
    ),
    click.option("--head", metavar="REVISION", help="The last commit to validate [default: HEAD]."),
    click.option(
        "--hook",
        type=click.Choice(["pre-receive"]),
        help="Run as this hook of a git server: read the pushed refs from standard input, "
        "refuse bad commits.",
    ),
    click.option(
        "--protect",
        multiple=True,
        metavar="PATTERN",
        help="With --hook: a branch, or tags/NAME, to validate; may have wildcards and be repeated "
        "[default: main and tags/v*].",
    ),
    click.option(
        "--allow-rewrite",
        is_flag=True,
        help="With --hook: let a push delete or force-push a protected branch, or move a tag.",
    ),
)


@click.command("ci")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@pushed_options
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
    context: Context, folder: Path, pushed: Pushed, inputs: int, reports: Reports, as_json: bool
) -> int:
    """Validate every commit of a push or pull request in the app's repository at FOLDER.

    After a first push or a force push, these are all commits that no other branch has. For a tag, or if no
    commit is new, it is the newest commit. On GitHub Actions, findings become annotations. Exits with 8 if a
    commit fails.
    """
    from mapp.config import environment
    from mapp.ops.check.ci import Listeners
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

    listeners = Listeners(
        plan=plan,
        begin=lambda commit: console.tell(f"{commit.id[:10]} {commit.subject}"),
        watch=lambda result: show_check(console, result),
    )
    for judged in _judged(context, folder, pushed, Options(inputs=inputs), listeners):
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
    if not passed and pushed.hook is not None:
        console.hint("nothing was pushed; correct the failed commits (git rebase -i), and push again")
    return 0 if passed else FAILED


def _judged(
    context: Context, folder: Path, pushed: Pushed, options: Options, listeners: Listeners
) -> Iterator[JudgedCommit]:
    """Yields the verdicts on what a forge or a person names, or on what a git server receives."""
    from mapp.config import environment
    from mapp.ops.check.ci import validate

    if pushed.hook is None:
        if pushed.protect or pushed.allow_rewrite:
            raise UsageError("--protect and --allow-rewrite belong to --hook pre-receive")
        return validate(
            context.workspace,
            folder,
            base=pushed.base,
            head=pushed.head,
            environment=environment(),
            options=options,
            listeners=listeners,
        )
    if pushed.base is not None or pushed.head is not None:
        raise UsageError("with --hook, git says what was pushed: leave out --base and --head")
    from mapp.ops.check.pre_receive import USUALLY, read_updates, validate_received

    text = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(text) > MAX_INPUT:
        raise UsageError("standard input is too long for the refs of one push")
    return validate_received(
        context.workspace,
        folder,
        read_updates(text.decode("utf-8", "backslashreplace")),
        protect=pushed.protect or USUALLY,
        allow_rewrite=pushed.allow_rewrite,
        environment=environment(),
        options=options,
        listeners=listeners,
    )
