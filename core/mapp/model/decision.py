"""Decisions: use an app, ask, expand an app, compile a new one, or refuse; always with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, assert_never

from mapp.model.request import Candidate
from mapp.model.values import JSONValue

Arguments: TypeAlias = tuple[tuple[str, JSONValue], ...]
Certainty: TypeAlias = Literal["sure", "likely"]
"""How certain a call is: `sure` runs anywhere; `likely` runs where a person sees how it was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Run this app with these arguments: it does exactly what the request asks.

    `sure` is the probability, 0 to 1, that app and arguments are right; `certainty` says which threshold it
    reached.
    """

    app: str
    arguments: Arguments
    sure: float = 0.0
    certainty: Certainty = "sure"
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Probably this app: the user must confirm the call or supply what is missing.

    `either` names the apps to choose from if several were compiled for the request, `app` among them.
    """

    app: str
    arguments: Arguments
    missing: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    sure: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Expand:
    """This app nearly fits: it would need to be extended."""

    app: str
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Compile:
    """No app fits: one would need to be written."""

    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """The request asks for nothing that a program could do."""

    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()


Decision: TypeAlias = Use | Ask | Expand | Compile | Refuse


def decision_name(decision: Decision) -> str:
    """Returns the word that `--json` and the journal use."""
    match decision:
        case Use():
            return "use"
        case Ask():
            return "ask"
        case Expand():
            return "expand"
        case Compile():
            return "compile"
        case Refuse():
            return "refuse"
        case _:
            assert_never(decision)


def decision_to_dict(decision: Decision) -> dict[str, Any]:
    """Returns a decision as a JSON object; `app` is null and `arguments` empty if there are none."""
    call = decision if isinstance(decision, Use | Ask) else None
    return {
        "decision": decision_name(decision),
        "app": decision.app if isinstance(decision, Use | Ask | Expand) else None,
        "arguments": dict(call.arguments) if call else {},
        "missing": list(decision.missing) if isinstance(decision, Ask) else [],
        "either": list(decision.either) if isinstance(decision, Ask) else [],
        "sure": call.sure if call else 0.0,
        "certainty": decision.certainty if isinstance(decision, Use) else None,
        "candidates": [candidate.to_dict() for candidate in decision.candidates],
        "reasons": list(decision.reasons),
    }


def decision_from_dict(document: dict[str, Any]) -> Decision:
    """Returns the decision that `decision_to_dict` wrote, scores rounded to four digits."""
    candidates = tuple(Candidate(**row) for row in document["candidates"])
    reasons = tuple(document["reasons"])
    arguments = tuple(document["arguments"].items())
    sure = document.get("sure", 0.0)
    match document["decision"]:
        case "use":
            return Use(
                app=document["app"],
                arguments=arguments,
                sure=sure,
                certainty=document.get("certainty") or "sure",
                candidates=candidates,
                reasons=reasons,
            )
        case "ask":
            missing = tuple(document["missing"])
            return Ask(
                app=document["app"],
                arguments=arguments,
                missing=missing,
                either=tuple(document.get("either", ())),
                sure=sure,
                candidates=candidates,
                reasons=reasons,
            )
        case "expand":
            return Expand(app=document["app"], candidates=candidates, reasons=reasons)
        case "compile":
            return Compile(candidates=candidates, reasons=reasons)
        case "refuse":
            return Refuse(candidates=candidates, reasons=reasons)
        case other:
            raise ValueError(f"{other!r} is not a decision")
