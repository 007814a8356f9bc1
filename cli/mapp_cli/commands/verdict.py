"""`mapp verdict`: shows the gate's recorded result for an app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import MARKS, MAX_PROBLEMS, score_in_words, unexercised_in_words

if TYPE_CHECKING:
    from mapp.model.verdict import Result, Verdict


@click.command("verdict")
@click.argument("app", shell_complete=app_names)
@click.argument("revision", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole verdict as JSON.")
@pass_context
def command(context: Context, app: str, revision: str | None, as_json: bool) -> None:
    """Show the recorded verdict on APP at main, or at a version, branch or commit."""
    from mapp.errors import NotFound
    from mapp.library.verdicts import recorded

    found = recorded(context.ready.home, app, revision)
    verdict = found.verdict
    if verdict is None:
        raise NotFound(
            f"no verdict is recorded for {app} at {found.commit[:10]}", hint=f"mapp test {app} checks it now"
        )
    if as_json:
        context.console.json({"commit": found.commit, **verdict.to_dict()})
        return
    for line in _lines(verdict):
        context.console.result(line)


def _lines(verdict: Verdict) -> Iterator[str]:
    from mapp.model.question_text import question_lines

    status = "passed" if verdict.passed else "failed, but was forced" if verdict.forced else "failed"
    yield f"{verdict.app} {verdict.version}: {status} (tree {verdict.tree[:10]})"
    for result in verdict.results:
        yield from _check(result)
    if score := score_in_words(verdict.results):
        yield score
    yield from unexercised_in_words(verdict.results)
    yield from question_lines(verdict.questions)
    against = f", against tree {verdict.base[:10]}" if verdict.base else ""
    yield f"{verdict.kind}{against}, by mapp {verdict.mapp} on {verdict.engine}"
    yield f"{verdict.inputs} inputs from seed {verdict.seed}"


def _check(result: Result) -> Iterator[str]:
    why = dict(result.evidence).get("why")
    note = f": {why}" if result.status == "skipped" and why else ""
    yield f"  {MARKS[result.status]} {result.check} ({result.counted}){note}"
    for row in result.problems[:MAX_PROBLEMS]:
        yield f"         {row}"
        if row.reproduce:
            yield f"           reproduce: {row.reproduce}"
    if len(result.problems) > MAX_PROBLEMS:
        yield f"         … and {len(result.problems) - MAX_PROBLEMS} more"
