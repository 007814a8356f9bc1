"""What mapp does about each class of failure: one table, for people and for the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from mapp.model.incident import FAILURE_CLASSES, Action, FailureClass, parse_policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What mapp does about a class of failure: `actions` in order, what it `means`, and what `you` can do."""

    actions: tuple[Action, ...]
    means: str
    you: str

    @property
    def quarantines(self) -> bool:
        """Returns whether the app may not run again at the failing version."""
        return "quarantine" in self.actions

    @property
    def retries(self) -> bool:
        """Returns whether mapp tries again by itself, if nothing was written."""
        return "retry" in self.actions or "back off" in self.actions


POLICIES: Final[Mapping[FailureClass, Policy]] = {
    "host_fault": Policy(
        actions=("retry", "tell"),
        means="The machine failed the run: no memory, no processes, too busy, or the sandbox was killed.",
        you="Run it again; mapp doctor tests the sandbox.",
    ),
    "caller_input": Policy(
        actions=("tell",),
        means="The arguments do not fit the app's input. Nothing is recorded.",
        you="Fix the arguments; mapp show APP lists them.",
    ),
    "security": Policy(
        actions=("quarantine", "tell"),
        means="The app tried to leave its sandbox, or to reach what its manifest does not declare.",
        you="Read its source with mapp show APP --source; remove it, or lift the quarantine.",
    ),
    "engine_fault": Policy(
        actions=("quarantine", "tell"),
        means="The JavaScript engine is at fault: it crashed, or another engine does not fail.",
        you="Choose another engine with `mapp config engine quickjs-ng`, then lift the quarantine.",
    ),
    "permission": Policy(
        actions=("ask",),
        means="The app needs a capability that it was not granted.",
        you="Grant it, if you agree: mapp grant APP CAPABILITY.",
    ),
    "credential": Policy(
        actions=("ask",),
        means="A key is missing, or the service does not accept it.",
        you="Store a valid key: mapp keys set NAME.",
    ),
    "rate_limited": Policy(
        actions=("back off", "tell"),
        means="The service limits the rate of requests.",
        you="Run it again later.",
    ),
    "quota": Policy(
        actions=("tell",),
        means="A quota is spent or unpaid; trying again does not help.",
        you="Raise or pay the quota.",
    ),
    "ambiguous": Policy(
        actions=("tell",),
        means="A request that changes something may or may not have arrived. mapp never repeats it.",
        you="Look at the service before you run it again.",
    ),
    "upstream_down": Policy(
        actions=("back off", "tell"),
        means="The service cannot be reached, says that it has failed, or sends a page instead of data.",
        you="Run it again later.",
    ),
    "upstream_changed": Policy(
        actions=("tell", "heal"),
        means="The service answers in another shape than before, or its address has changed.",
        you="Have the app healed: mapp heal INCIDENT. An automatic heal waits until it happens again.",
    ),
    "nondeterminism": Policy(
        actions=("quarantine", "heal"),
        means="The same run gives different answers when it is repeated.",
        you="Have the app healed, or lift the quarantine.",
    ),
    "resource": Policy(
        actions=("tell",),
        means="The run needs more time, memory or output than its manifest allows, and ends well with more.",
        you="Raise the limits in the manifest, or give it less to do.",
    ),
    "code_bug": Policy(
        actions=("tell", "heal"),
        means="The app's code is wrong: it threw an undeclared error, or broke its schema or a predicate.",
        you="Fix it: mapp edit APP. Or have it healed: mapp heal INCIDENT.",
    ),
    "test_bug": Policy(
        actions=("tell", "ask"),
        means="A predicate contradicts the app's own examples. The code is never changed to suit it.",
        you="Fix the predicate: mapp edit APP.",
    ),
    "expectation": Policy(
        actions=("ask", "heal"),
        means="You said that the answer is wrong.",
        you="Say what is right: mapp wrong RUN --expected JSON. Then it can be healed.",
    ),
    "regression": Policy(
        actions=("roll back", "heal"),
        means="The code is wrong, and the version before was right.",
        you="Restore the version before: mapp rollback APP.",
    ),
    "unknown": Policy(
        actions=("tell",),
        means="No rule explains the failure.",
        you="Look at the run: mapp runs RUN. Repeat it: mapp replay RUN.",
    ),
}

QUARANTINING: Final = frozenset(name for name in FAILURE_CLASSES if POLICIES[name].quarantines)
"""The classes whose open incidents stop an app at the version that failed."""


def policies(setting: str) -> dict[FailureClass, Policy]:
    """Returns the table with what the setting `policy` changes; raises UsageError if it is not valid."""
    changed = parse_policy(setting)
    return {
        name: replace(row, actions=changed[name]) if name in changed else row
        for name, row in POLICIES.items()
    }
