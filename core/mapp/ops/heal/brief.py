"""What a coder learns about a failure: made by mapp from recorded facts; texts of apps are only quoted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from mapp.author.coder import Brief
from mapp.author.prompt import render
from mapp.model.incident import FailureClass, Incident
from mapp.model.question_text import visible as printable
from mapp.model.recording import Exchange
from mapp.model.values import canonical
from mapp.ops.compile.rounds import Task, visible, with_old_code
from mapp.ops.heal.reproduce import Reproduced
from mapp.validate.trial import describe, short, wanted

Evidence = tuple[tuple[str, str], ...]

HAPPENED: Final[Mapping[FailureClass, str]] = {
    "code_bug": "code_bug: the app failed for an input that its manifest accepts. It fails on every replay.",
    "upstream_changed": "upstream_changed: the answers of a host have another shape than before.",
    "nondeterminism": "nondeterminism: equal inputs, times, seeds and host answers gave different outcomes.",
    "expectation": "expectation: the app gave a valid output, and a person says that it is wrong.",
}
"""What happened, in mapp's own words."""
MAX_CALLS: Final = 8_000
MAX_VALUE: Final = 4_000


def evidence_of(incident: Incident, found: Reproduced, redact: Callable[[str], str] = str) -> Evidence:
    """Returns what a coder learns about a failure, as named texts.

    The names are mapp's. The texts may hold words of the app, of callers and of other people's servers, so
    they only ever appear in quotations.
    """
    facts = json.dumps(dict(incident.facts), ensure_ascii=False)
    rows = [
        ("what happened", HAPPENED[incident.failure]),
        ("failing input", short(canonical(dict(found.case.input)), MAX_VALUE)),
        ("what the app gives", describe(found.outcome)),
        ("what is right", _right(found)),
        ("broken predicates", "\n".join(found.broken)),
        ("what the person says", short(incident.why, MAX_VALUE)),
        ("facts that decided the class", short(facts, MAX_VALUE) if incident.facts else ""),
        ("host calls of the failing run", short(_calls(found.exchanges), MAX_CALLS)),
    ]
    return tuple((name, redact(text)) for name, text in rows if text)


def summary_of(incident: Incident, found: Reproduced, redact: Callable[[str], str] = str) -> str:
    """Returns the failure in one line of visible text, for the commits and for `mapp review`."""
    text = redact(short(canonical(dict(found.case.input)), 200))
    return printable(f"{incident.failure} in {incident.app}: {text} must give {redact(wanted(found.case))}")


def preview(task: Task) -> str:
    """Returns the first prompt that a coder would get for a heal."""
    files = with_old_code(task, task.contract or {})
    brief = Brief(app=task.app, phase="heal", goal=task.goal, evidence=task.evidence)
    return render(brief, visible(files)).text


def _right(found: Reproduced) -> str:
    match found.truth:
        case "person":
            return f"{wanted(found.case)} (a person says so)"
        case "declared":
            return f"{wanted(found.case)} (a throws_ predicate requires it)"
        case "upstream":
            return "an output that fits the schema and breaks no predicate, read from the answers below"
        case "schema" | "predicate":
            return (
                "nobody has stated it: an output that fits the schema and breaks no predicate, or the "
                "declared error that the manifest describes for such an input"
            )


def _calls(exchanges: tuple[Exchange, ...]) -> str:
    return "\n".join(json.dumps(row.to_dict(), ensure_ascii=False) for row in exchanges)
