"""Asks the user to approve cost, contract and merge, and shows the result of a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console, safe

if TYPE_CHECKING:
    from mapp.author.coder import Progress
    from mapp.model.app import App
    from mapp.model.change import Change
    from mapp.model.verdict import Verdict
    from mapp.ops.compile.approval import Changed, Estimate
    from mapp.ops.workspace import Workspace

FAILED = 8
MAX_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalApprover:
    """Asks at the terminal. With `yes`, everything is approved; without a terminal, spending is refused.

    `merge` is the setting of that name: with `auto` or `review`, the merge is not asked about.
    """

    console: Console
    yes: bool
    merge: str

    def approve_spend(self, estimate: Estimate) -> bool:
        """Shows the plan, the coder and the budget, and asks."""
        what = (
            f"a new app {estimate.app}" if estimate.kind == "compile" else f"an extension of {estimate.app}"
        )
        self.console.tell(f"{what}, written by {estimate.coder}: {estimate.request}")
        if estimate.near:
            self.console.tell(f"nearest in the library: {', '.join(estimate.near)}")
        self.console.tell(f"at most {estimate.budget or 'any amount'} for this change")
        return self.yes or self.console.confirm("spend that?")

    def review_contract(self, app: App) -> str | None:
        """Shows the contract and returns what the user wants changed; None approves it."""
        for line in contract_lines(app):
            self.console.tell(line)
        if self.yes or not self.console.can_ask:
            return None
        said = click.prompt(
            "is this what you want? Press Enter to accept, or type what to change",
            default="",
            err=True,
            show_default=False,
        )
        return str(said).strip() or None

    def approve_merge(self, change: Change, verdict: Verdict) -> bool:
        """Merges, asks, or leaves the merge to `mapp review`, depending on the setting."""
        if self.merge == "review":
            return False
        return self.merge == "auto" or self.yes or self.console.confirm(f"merge {change.app}?")


def contract_lines(app: App) -> list[str]:
    """Returns a summary of a contract: arguments, output, errors and some examples."""
    import json

    manifest = app.manifest
    lines = [f"{app.name}: {manifest.description}"]
    for argument in manifest.arguments:
        kinds = "|".join(argument.schema.types) or "one of a list"
        need = "" if argument.required else ", optional"
        lines.append(f"  takes    {argument.name} ({kinds}{need}) {argument.schema.description}".rstrip())
    lines.append(f"  returns  {json.dumps(manifest.output.to_dict(), ensure_ascii=False)[:200]}")
    lines += [f"  refuses  {code}: {meaning}" for code, meaning in manifest.errors]
    lines += [f"  may use  {name}" for name in manifest.capabilities.names]
    for row in app.examples[:MAX_EXAMPLES]:
        wanted = json.dumps(row.output, ensure_ascii=False) if row.error is None else f"refuses: {row.error}"
        lines.append(f"  example  {json.dumps(dict(row.input), ensure_ascii=False)} -> {wanted}"[:200])
    lines.append(f"  {len(app.examples)} examples, {len(app.phrases)} requests and near misses")
    return [safe(line) for line in lines]


def watching(console: Console) -> Watcher:
    """Returns a watcher that prints a line for each new step of a coder."""
    return Watcher(console)


class Watcher:
    """Shows the steps of a coder, each once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def __call__(self, progress: Progress) -> None:
        """Shows a step if it is new."""
        if progress.doing != self._last:
            self._last = progress.doing
            self._console.tell(f"  … {progress.doing}")


def show_standing(console: Console, app: str, *, as_json: bool) -> int:
    """Reports that an app covers the request already and nothing was spent."""
    if as_json:
        console.json({"app": app, "standing": True, "change": None, "rounds": 0})
        return 0
    console.result(f"{app} does this already; nothing was spent")
    console.hint(f"mapp show {app}; to have a new one written anyway: mapp compile --new …")
    return 0


def show_changed(console: Console, workspace: Workspace, changed: Changed, *, as_json: bool) -> int:
    """Shows the result of a change and returns the exit code; updates the index after a merge."""
    from mapp.model.spend import dollars
    from mapp.ops.index.refresh import catch_up
    from mapp_cli.rendering import show_check

    if changed.committed is not None or changed.used:
        catch_up(workspace, again=changed.used, progress=console.progress)
    passed = changed.verdict is not None and changed.verdict.passed
    if as_json:
        console.json(changed.to_dict())
        return 0 if passed or changed.used else FAILED
    for result in changed.verdict.results if changed.verdict else ():
        show_check(console, result)
    spend = changed.spend
    for call in changed.calls:
        console.tell(f"  {call}")
    console.tell(
        f"{changed.rounds} rounds, {spend.tokens_in:,} tokens read and {spend.tokens_out:,} written,"
        f" {dollars(spend.cost_micros)}, {spend.seconds:.0f} s"
    )
    change = changed.change
    if changed.used:
        console.result(change.detail)
        console.hint(f"mapp show {changed.used}; to have a new one written anyway: mapp compile --new …")
        return 0
    if changed.committed is not None:
        console.result(f"merged {change.app} {changed.committed.version} ({changed.committed.commit[:10]})")
        return 0
    if passed:
        console.result(f"{change.app} is proven; to merge it: mapp review {change.id} --approve")
        return 0
    console.error(f"{change.app} is not proven: {change.detail}")
    console.hint(
        f"mapp review {change.id} shows the files; mapp compile --resume {change.id} resumes the change"
    )
    return FAILED
