"""An incident: failures of one app that have one cause, with the class that decides what happens next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from mapp.errors import UsageError
from mapp.model.values import JSONValue

FailureClass: TypeAlias = Literal[
    "host_fault",
    "caller_input",
    "security",
    "engine_fault",
    "permission",
    "credential",
    "rate_limited",
    "quota",
    "ambiguous",
    "upstream_down",
    "upstream_changed",
    "nondeterminism",
    "resource",
    "code_bug",
    "test_bug",
    "expectation",
    "regression",
    "unknown",
]
"""Why a run failed, in the order in which the rules try the classes."""

FAILURE_CLASSES: Final[tuple[FailureClass, ...]] = get_args(FailureClass)
HEALABLE: Final[frozenset[FailureClass]] = frozenset(
    ["code_bug", "upstream_changed", "nondeterminism", "expectation"]
)
"""The classes for which a coder may be asked: `expectation` only with the person's expected outcome. A
`regression` is rolled back first."""

CONFIRMED: Final = 2
"""How often a service must have answered differently before mapp heals an app by itself: once may be a
mishap of the service."""

IncidentState: TypeAlias = Literal["open", "closed", "merged", "gone", "proposed", "healed"]
"""`closed` (a person said "not a bug"), `merged` ("the same as another one") and `gone` are stored: a `gone`
one did not fail any more when it was repeated on `main`; the next failure opens it again. `proposed` (a fix
waits for review) and `healed` (a fix is on `main`) are never stored: git and the changes say so."""

RULE: Final = "v1"
"""The version of the rule for fingerprints. Incidents with an older version are never grouped again."""


Action: TypeAlias = Literal["retry", "back off", "ask", "tell", "quarantine", "heal", "roll back"]
"""What mapp does about a failure."""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
RETRIED: Final[frozenset[FailureClass]] = frozenset(["host_fault", "rate_limited", "upstream_down"])
"""The classes of failures that may be tried again; others may have changed something, or fail again."""


def parse_policy(text: str) -> dict[FailureClass, tuple[Action, ...]]:
    """Returns the actions of the classes that the setting `policy` names.

    >>> parse_policy("upstream_down=tell, nondeterminism=quarantine+tell")
    {'upstream_down': ('tell',), 'nondeterminism': ('quarantine', 'tell')}

    Raises:
        UsageError: there is no such class or action, or the class does not allow the action.
    """
    found: dict[FailureClass, tuple[Action, ...]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, names = part.partition("=")
        failure = next((row for row in FAILURE_CLASSES if row == name.strip()), None)
        if failure is None:
            raise UsageError(f"policy names no failure class: {name.strip()!r}", hint=_POLICY_HINT)
        actions = tuple(row for word in names.split("+") for row in ACTIONS if row == word.strip())
        if len(actions) != names.count("+") + 1:
            known = ", ".join(ACTIONS)
            raise UsageError(f"policy for {failure}: {names.strip()!r} is not of {known}", hint=_POLICY_HINT)
        _ensure_allowed(failure, actions)
        found[failure] = actions
    return found


def _ensure_allowed(failure: FailureClass, actions: tuple[Action, ...]) -> None:
    if {"retry", "back off"} & set(actions) and failure not in RETRIED:
        raise UsageError(f"policy for {failure}: it is never tried again", hint=_POLICY_HINT)
    if "heal" in actions and failure not in HEALABLE and failure != "regression":
        raise UsageError(f"policy for {failure}: it cannot be healed", hint=_POLICY_HINT)


_POLICY_HINT: Final = "mapp incidents --policy shows the classes and what mapp does about each"


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Failures of one app with one fingerprint.

    `version`, `commit`, `tree` and `run` are those of the newest failure. `runs` counts failures, `first` and
    `last` are in seconds since 1970-01-01 UTC. `expected` is what a person said the run should have given, as
    a JSON text: `{"output": …}` or `{"error": "CODE"}`, "" if unknown; `why` is what they wrote about it.
    `facts` decided the class. `into` is the incident that a merged one belongs to.
    """

    id: str
    app: str
    failure: FailureClass
    fingerprint: str
    version: str
    commit: str
    tree: str
    first: float
    last: float
    run: str
    runs: int = 1
    state: IncidentState = "open"
    expected: str = ""
    why: str = ""
    facts: tuple[tuple[str, JSONValue], ...] = ()
    into: str = ""

    @property
    def healable(self) -> bool:
        """Returns whether a coder may be asked for a fix."""
        if self.failure == "expectation" and not self.expected:
            return False
        return self.state == "open" and self.failure in HEALABLE

    @property
    def confirmed(self) -> bool:
        """Returns whether it happened often enough for a heal that nobody asks for."""
        return self.failure != "upstream_changed" or self.runs >= CONFIRMED

    def to_dict(self) -> dict[str, Any]:
        """Returns the incident as `mapp incidents --json` prints it."""
        return {
            "id": self.id,
            "app": self.app,
            "class": self.failure,
            "fingerprint": self.fingerprint,
            "version": self.version,
            "commit": self.commit,
            "runs": self.runs,
            "first": self.first,
            "last": self.last,
            "state": self.state,
        }

    def to_row(self) -> dict[str, Any]:
        """Returns the incident as a row of the journal: column -> value."""
        return {
            **self.to_dict(),
            "tree": self.tree,
            "run": self.run,
            "expected": self.expected,
            "why": self.why,
            "facts": json.dumps(dict(self.facts), ensure_ascii=False),
            "into": self.into,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Incident:
        """Returns the incident that a row of the journal holds."""
        known = {**row, "failure": row["class"], "facts": tuple(json.loads(row["facts"]).items())}
        del known["class"]
        return cls(**known)
