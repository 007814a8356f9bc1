"""A change under review as Markdown for the body of a pull request.

Everything that an app, a coder or a person wrote is in a fence, in a code span, or escaped: it cannot end its
place, and no markup, link or mention in it counts. Invisible characters are shown as escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from mapp.model.incident import Incident
from mapp.model.question_text import code_span, plain_markdown, question_markdown, visible
from mapp.model.spend import dollars
from mapp.model.verdict import Result, Verdict
from mapp.ops.compile.review import Reviewed

MAX_BODY: Final = 60_000
"""The longest body, in characters; GitHub takes 65,536."""
MAX_LINES: Final = 400
MAX_LINE: Final = 300
"""How many lines of a text in a fence are shown, and the longest, in characters."""
MAX_PROSE: Final = 1000
MAX_LABEL: Final = 60
MAX_FINDINGS: Final = 5
"""How many problems of one failed check are shown."""
_BACKTICKS: Final = re.compile("`+")
_WORDS: Final = {"passed": "ok", "failed": "**failed**", "skipped": "skipped"}


def review_markdown(found: Reviewed) -> str:
    """Returns a change as Markdown, at most `MAX_BODY` characters; a longer difference is cut."""
    lines = MAX_LINES
    while True:
        text = "\n\n".join(part.rstrip("\n") for part in _parts(found, lines) if part) + "\n"
        if len(text) <= MAX_BODY or not lines:
            return text[:MAX_BODY]
        lines //= 2


def fenced(text: str, language: str = "", *, most: int = MAX_LINES) -> str:
    """Returns a text as a fenced code block that nothing in it can end (CommonMark 4.5).

    >>> print(fenced("a ``` b", "js"))
    ````js
    a ``` b
    ````
    """
    rows = text.split("\n")
    shown = [_cut(visible(row.expandtabs(4)), MAX_LINE) for row in rows[:most]]
    if len(rows) > most:
        shown.append(f"… and {len(rows) - most} more lines")
    body = "\n".join(shown)
    fence = "`" * max(3, max(map(len, _BACKTICKS.findall(body)), default=0) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _parts(found: Reviewed, lines: int) -> Iterator[str]:
    change = found.change
    yield f"## {change.kind.capitalize()} of {code_span(change.app)}: {plain_markdown(change.state)}"
    yield _prose(change.request)
    if found.incident is not None:
        yield "### Incident"
        yield _incident(found.incident)
    if found.evidence and lines:
        yield "### Evidence"
        for name, text in found.evidence:
            yield f"{_prose(name)}:"
            yield fenced(text, most=lines)
    if found.interface:
        yield "### Interface"
        yield "\n".join(f"- {_prose(row)}" for row in found.interface)
    if found.difference:
        yield "### Difference"
        yield fenced("\n".join(found.difference), "diff", most=lines) if lines else "too long to be shown"
    if found.verdict is not None:
        yield from verdict_markdown(found.verdict)
    yield "### Cost"
    yield _cost(found)


def _incident(incident: Incident) -> str:
    first, last = (
        datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") for at in (incident.first, incident.last)
    )
    rows = [
        f"class {code_span(incident.failure)}, fingerprint {code_span(incident.fingerprint)}",
        f"failed runs: {incident.runs}, from {first} to {last} UTC, the newest {code_span(incident.run)}",
        f"at version {code_span(incident.version)}, commit {code_span(incident.commit[:10])}",
    ]
    if incident.expected:
        rows.append(f"a person expected {code_span(_cut(incident.expected, MAX_LINE))}")
    if incident.why:
        rows.append(f"a person wrote: {_prose(incident.why)}")
    rows += [f"{_label(name)}: {code_span(_cut(_value(value), MAX_LINE))}" for name, value in incident.facts]
    return "\n".join(f"- {row}" for row in rows)


def verdict_markdown(verdict: Verdict) -> Iterator[str]:
    """Yields the parts that tell a verdict: what it leaves open, a table of its checks, and what failed."""
    if verdict.questions:
        yield "### What the tests leave open, and what behaves differently"
        yield question_markdown(verdict.questions)
    yield f"### Verdict: {'passed' if verdict.passed else 'failed'}"
    rows = [f"| {_label(row.check)} | {_WORDS[row.status]} | {row.counted:,} |" for row in verdict.results]
    yield "\n".join(["| check | result | examined |", "| --- | --- | ---: |", *rows])
    if failed := [*_failed(verdict.results)]:
        yield "\n".join(failed)


def _failed(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if not result.passed:
            for row in result.problems[:MAX_FINDINGS]:
                yield f"- {_label(result.check)}: {code_span(_cut(str(row), MAX_LINE))}"
            if len(result.problems) > MAX_FINDINGS:
                yield f"- {_label(result.check)}: … and {len(result.problems) - MAX_FINDINGS} more"


def _cost(found: Reviewed) -> str:
    spend = found.spend
    total = f"{spend.calls} calls, {spend.tokens_in:,} tokens read, {spend.tokens_out:,} written"
    return f"{total}, {plain_markdown(dollars(spend.cost_micros))}, by {code_span(found.change.coder)}"


def _prose(text: str) -> str:
    return plain_markdown(_cut(" ".join(text.split()), MAX_PROSE))


def _label(text: str) -> str:
    return plain_markdown(_cut(" ".join(text.split()), MAX_LABEL))


def _value(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
