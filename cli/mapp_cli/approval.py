"""Asks the user to approve cost, contract and merge, and shows the result of a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console
from mapp_cli.questions import ask_questions, show_opinions

if TYPE_CHECKING:
    from mapp.author.coder import Progress
    from mapp.model.app import App, Example
    from mapp.model.question import Question
    from mapp.ops.compile.approval import Changed, Estimate
    from mapp.ops.compile.second_opinion import Disagreement, Side
    from mapp.ops.workspace import Workspace

FAILED = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalApprover:
    """Asks at the terminal. With `yes`, everything is approved; without a terminal, spending is refused.

    `merge` is the setting of that name: with `auto` or `review`, the merge is not asked about. `prefer` is
    the side whose examples count where a second opinion differs.
    """

    console: Console
    yes: bool
    merge: str
    prefer: Side | None = None

    def approve_spend(self, estimate: Estimate) -> bool:
        """Shows the plan, the coder and the budget, and asks."""
        kinds = {"compile": "a new app", "expand": "an extension of", "heal": "a fix of"}
        what = f"{kinds[estimate.kind]} {estimate.app}"
        self.console.tell(f"{what}, written by {estimate.coder}: {estimate.request}")
        if estimate.near:
            self.console.tell(f"nearest in the library: {', '.join(estimate.near)}")
        self.console.tell(f"at most {estimate.budget or 'any amount'} for this change")
        return self.yes or self.console.confirm("spend that?")

    def review_contract(self, app: App, base: App | None) -> str | None:
        """Shows the contract and returns what the user wants changed; None approves it."""
        from mapp_cli.contract import contract_lines

        for line in contract_lines(app, base):
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

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example] | None:
        """Shows where the examples were worked out differently, and asks which outcome is right.

        `--yes` does not answer this. `--prefer` does.
        """
        if self.prefer is None and self.console.can_ask:
            from mapp_cli.questions import settled

            found = [settled(self.console, app, row) for row in rows]
            return None if None in found else [row for row in found if row is not None]
        for row in rows:
            self.console.tell(str(row))
        return None if self.prefer is None else [row.of(self.prefer) for row in rows]

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example] | None:
        """Asks what the tests leave open, if the user can be asked about the merge too."""
        if self.yes or self.merge != "ask" or not self.console.can_ask:
            return None
        return ask_questions(self.console, app, questions)

    def approve_merge(self, proven: Changed) -> bool:
        """Shows verdict and cost; then merges, asks, or leaves the merge to `mapp review`, as set.

        `--yes` merges a heal whatever is set: somebody asked for exactly this fix.
        """
        show_proof(self.console, proven)
        if proven.change.kind == "heal" and self.yes:
            return True
        if self.merge == "review":
            return False
        return self.merge == "auto" or self.yes or self.console.confirm(f"merge {proven.change.app}?")


def show_proof(console: Console, changed: Changed) -> None:
    """Shows the verdict on a change, what its tests leave open, and what it has cost so far."""
    from mapp.model.spend import dollars
    from mapp_cli.rendering import show_verdict

    if changed.verdict is not None:
        show_verdict(console, changed.verdict)
    show_opinions(console, changed.change.spec.opinions)
    for call in changed.calls:
        console.tell(f"  {call}")
    spend = changed.spend
    console.tell(
        f"{changed.rounds} rounds, {spend.tokens_in:,} tokens read and {spend.tokens_out:,} written,"
        f" {dollars(spend.cost_micros)}, {spend.seconds:.0f} s"
    )


def watching(console: Console) -> Watcher:
    """Returns a watcher that prints a line for each new step of a coder, and what is running now."""
    return Watcher(console)


class Watcher:
    """Shows the steps of a coder and the gate, each once.

    On a terminal, a line below says what is running: the phase and its round, the step or check, the time
    since the start, the cost so far, and why the last round failed.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._last = ""
        self._now: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Shows a step if it is new."""
        self._now = progress
        if progress.doing != self._last:
            self._last = progress.doing
            self._console.tell(f"  … {progress.doing}")
        self._console.status(self.line)

    def line(self) -> str:
        """Returns what is running now, in one line."""
        now = self._now
        if now is None:
            return ""
        from mapp.model.spend import dollars

        minutes, seconds = divmod(int(self._clock() - self._began), 60)
        step = f"checking {now.check}" if now.check else now.doing
        where = f"{now.phase}, round {now.round}"
        parts = [where if now.phase else "", "" if step == where else step, f"{minutes}:{seconds:02}"]
        if now.spend is not None:
            tokens = now.spend.tokens + now.tokens_out
            parts.append(f"{tokens:,} tokens, {dollars(now.spend.cost_micros)} so far")
        parts.append(f"last round: {now.last}" if now.last else "")
        return " · ".join(filter(None, parts)).replace("\n", " ")


def show_standing(console: Console, app: str, *, as_json: bool) -> int:
    """Reports that an app covers the request already and nothing was spent."""
    if as_json:
        console.json({"app": app, "standing": True, "change": None, "rounds": 0})
        return 0
    console.result(f"{app} does this already; nothing was spent")
    console.hint(f"mapp show {app}; to have a new one written anyway: mapp compile --new …")
    return 0


def _offer_to_publish(console: Console, workspace: Workspace, app: str) -> None:
    """Says how to share an app that was just written, if the person uses a registry."""
    from mapp.share.registries import read_registries
    from mapp.suggested_commands import suggested_command

    name = next(iter(read_registries(workspace.config.config_file)), None)
    if name is not None:
        publish = suggested_command("publish", app, "--to", name, "--remote", "URL")
        console.hint(f"to share it: {publish}")


def show_changed(console: Console, workspace: Workspace, changed: Changed, *, as_json: bool) -> int:
    """Shows the result of a change and returns the exit code; updates the index after a merge."""
    from mapp.ops.index.refresh import catch_up

    console.close()
    if changed.committed is not None or changed.used:
        catch_up(workspace, again=changed.used, progress=console.progress)
    passed = changed.verdict is not None and changed.verdict.passed
    if as_json:
        console.json(changed.to_dict())
        return 0 if passed or changed.used else FAILED
    if not passed:  # of a proven change, they were shown before the merge
        show_proof(console, changed)
    change = changed.change
    if changed.used:
        console.result(change.detail)
        console.hint(f"mapp show {changed.used}; to have a new one written anyway: mapp compile --new …")
        return 0
    if changed.committed is not None:
        console.result(f"merged {change.app} {changed.committed.version} ({changed.committed.commit[:10]})")
        if change.kind == "compile":
            _offer_to_publish(console, workspace, change.app)
        return 0
    if passed:
        console.result(f"{change.app} is proven; to merge it: mapp review {change.id} --approve")
        return 0
    console.error(f"{change.app} is not proven: {change.detail}")
    console.hint(
        f"mapp review {change.id} shows the files; mapp compile --resume {change.id} resumes the change"
    )
    return FAILED
