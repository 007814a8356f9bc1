"""`mapp review`: shows, edits, approves or rejects open changes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from mapp_cli.approval import FAILED
from mapp_cli.commands.edit import FILES
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.questions import ask_questions
from mapp_cli.rendering import show_check, show_verdict
from mapp_cli.side_by_side import LEAST, side_by_side

if TYPE_CHECKING:
    from mapp.ops.compile.review import Reviewed
    from mapp.ops.workspace import Workspace


@click.command("review")
@click.argument("change", required=False)
@click.option("--approve", is_flag=True, help="Merge the change; it must be proven.")
@click.option(
    "--accept-engine-difference",
    "accept",
    is_flag=True,
    help="With --approve: accept that another engine gives a different result; the verdict records it.",
)
@click.option("--reject", is_flag=True, help="Drop the change and its files; the cost stays on record.")
@click.option("--edit", is_flag=True, help="Edit a file of the change; the gate checks the result.")
@click.option(
    "--file",
    "name",
    type=click.Choice(FILES),
    default=FILES[0],
    show_default=True,
    help="The file to edit.",
)
@click.option("--markdown", is_flag=True, help="Print CHANGE as Markdown, for a pull request.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@pass_context
def command(
    context: Context,
    change: str | None,
    approve: bool,
    accept: bool,
    reject: bool,
    edit: bool,
    name: str,
    markdown: bool,
    as_json: bool,
) -> int:
    """List open changes, or show CHANGE: its diff, verdict and cost.

    Of a heal, also the incident and the evidence.
    """
    from mapp.errors import UsageError
    from mapp.ops.compile.review import reject_change, review

    console, workspace = context.console, context.ready
    if markdown:
        return _markdown(console, workspace, change, alone=not (approve or reject or edit or as_json))
    chosen = [approve, reject, edit].count(True)
    if chosen > 1 or (chosen and change is None):
        raise UsageError(
            "give one CHANGE and one of --approve, --reject and --edit",
            hint="mapp review lists open changes",
        )
    if accept and not approve:
        raise UsageError("--accept-engine-difference needs --approve", hint="mapp review lists open changes")
    if change is None:
        return _list(console, workspace, as_json=as_json)
    if edit:
        return _edit(console, workspace, change, name, as_json=as_json)
    if approve:
        return _approve(console, workspace, change, accept=accept, as_json=as_json)
    if reject:
        dropped = reject_change(workspace, change)
        text = f"dropped {dropped.branch} of {dropped.app}"
        console.json({"dropped": dropped.id}) if as_json else console.result(text)
        return 0
    _show(console, review(workspace, change), as_json=as_json)
    return 0


def _list(console: Console, workspace: Workspace, *, as_json: bool) -> int:
    from mapp.ops.compile.review import waiting

    rows = waiting(workspace)
    if as_json:
        console.json({"changes": [row.to_dict() for row in rows]})
        return 0
    cells = [(row.id, row.kind, row.app, row.state, row.detail or row.request) for row in rows]
    console.table(cells, ["change", "kind", "app", "state", "about"])
    return 0


def _approve(console: Console, workspace: Workspace, change: str, *, accept: bool, as_json: bool) -> int:
    """Merges a change. Recorded runs may take a heal back at once; then the exit code is 8."""
    from mapp.ops.compile.review import approve_change
    from mapp.ops.heal.canary import settle
    from mapp.ops.index.refresh import catch_up

    if console.can_ask and not as_json:
        _ask(console, workspace, change)
    committed = approve_change(workspace, change, accept_engine_difference=accept)
    decision = settle(workspace, committed.name)
    reverted = decision.why if decision is not None and decision.state == "reverted" else ""
    catch_up(workspace, progress=console.progress)
    said = {"merged": committed.name, "version": committed.version, "commit": committed.commit}
    text = f"merged {committed.name} {committed.version} ({committed.commit[:10]})"
    if reverted:
        said["reverted"] = reverted
        console.error(f"merged {committed.name} {committed.version}, and taken back: {reverted}")
    if as_json:
        console.json(said)
    elif not reverted:
        console.result(text)
    return FAILED if reverted else 0


def _markdown(console: Console, workspace: Workspace, change: str | None, *, alone: bool) -> int:
    from mapp.errors import UsageError
    from mapp.ops.compile.review import review
    from mapp.ops.compile.review_markdown import review_markdown

    if change is None or not alone:
        raise UsageError(
            "--markdown needs a CHANGE and no other option", hint="mapp review lists open changes"
        )
    console.result(review_markdown(review(workspace, change)))
    return 0


def _ask(console: Console, workspace: Workspace, change: str) -> None:
    """Asks what the tests of a proven change leave open; the answers become its examples."""
    from mapp.model.app import read_app
    from mapp.ops.compile.review import answer_change, review

    found = review(workspace, change)
    if found.change.state != "proven" or found.verdict is None:
        return
    answers = ask_questions(console, read_app(found.after), found.verdict.questions)
    if answers:
        _, verdict = answer_change(workspace, found.change.id, answers)
        for result in verdict.results:
            show_check(console, result)


def _edit(console: Console, workspace: Workspace, change: str, name: str, *, as_json: bool) -> int:
    from mapp.ops.compile.review import edited, review

    shown = review(workspace, change)
    text = shown.after.get(name, b"").decode()
    written = click.edit(text, extension=Path(name).suffix)
    if written is None or written == text:
        console.tell("nothing changed")
        return 0
    found, verdict = edited(workspace, shown.change.id, name, written.encode())
    if as_json:
        console.json({"change": found.to_dict(), "verdict": verdict.to_dict()})
    else:
        show_verdict(console, verdict)
        console.result(f"{found.branch} of {found.app}: {found.state}")
    return 0 if verdict.passed else FAILED


def _difference(found: Reviewed) -> Iterable[str]:
    """Returns the diff: in two columns on a wide terminal, otherwise unified."""
    width = get_terminal_size().columns
    if sys.stdout.isatty() and width >= LEAST:
        return side_by_side(found.before, found.after, width)
    return found.difference


def _shortened(text: str) -> str:
    most = 3 * get_terminal_size().columns
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _show(console: Console, found: Reviewed, *, as_json: bool) -> None:
    from mapp.model.question_text import visible
    from mapp.model.spend import dollars

    if as_json:
        console.json(found.to_dict())
        return
    change = found.change
    console.result(f"{change.branch} of {change.app}: {change.state}")
    console.result(f"  {change.request}")
    if (incident := found.incident) is not None:
        console.result(f"  incident {incident.id}: {incident.failure}, failed runs: {incident.runs}")
        if incident.expected:
            console.result(f"  a person expected {visible(incident.expected)}")
        if incident.why:
            console.result(f"  a person wrote: {visible(incident.why)}")
        for name, value in incident.facts:
            console.result(f"  {visible(name)}: {visible(str(value))}")
    for title, text in found.evidence:
        console.result(f"  {visible(title)}: {_shortened(visible(text))}")
    for line in found.interface:
        console.result(f"  {line}")
    for line in _difference(found):
        console.result(line)
    if found.verdict is not None:
        show_verdict(console, found.verdict)
    for call in found.calls:
        console.result(f"  {call}")
    console.result(
        f"{found.spend.tokens_in:,} tokens read, {found.spend.tokens_out:,} written,"
        f" {dollars(found.spend.cost_micros)}, by {change.coder}"
    )
    if change.state == "proven":
        console.hint(f"mapp review {change.id} --approve merges it, --edit changes it, --reject drops it")
