"""The rules: from the facts of a run to the class of its failure. The first rule that applies decides.

The order is that of `FAILURE_CLASSES`, with two exceptions: a `test_bug` and a `regression` are special cases
of a `code_bug` and are therefore tried before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mapp.classify.facts import LIMITS, Call, Facts
from mapp.model.incident import FailureClass
from mapp.model.values import JSONValue

RULES: Final = 2
"""The version of these rules; it is recorded with each decision."""

STARVED: Final = 0.5
"""A run that computed for less than this part of its wall-clock limit was kept waiting by the machine."""

_UNREACHABLE: Final = frozenset(["dns", "connect", "tls", "timeout", "protocol"])
_AFTER_SENDING: Final = frozenset(["timeout", "protocol", "tls", "too_large"])
_UNCLEAR: Final = frozenset([408, 500, 502, 504, *range(520, 528)])
"""Statuses that do not say what became of a request that was sent in full."""
_UNAVAILABLE: Final = frozenset([408, 425, 451])
_TOO_MANY: Final = frozenset([420, 429])
_MOVED_AWAY: Final = frozenset([405, 406, 410, 411, 415, 426])


@dataclass(frozen=True, kw_only=True, slots=True)
class Classified:
    """The class of a failure, why in words, and the facts that decided."""

    failure: FailureClass
    why: str
    facts: tuple[tuple[str, JSONValue], ...]


def classify(facts: Facts) -> Classified | None:
    """Returns the class of a run's failure, or None if nothing went wrong.

    A declared error is a good answer, unless something upstream caused it, a predicate contradicts it or a
    person said that it is wrong. An attempt to reach more than the app declares counts whatever it answers.
    """
    if facts.ended_well and not (facts.broken or facts.said_wrong or facts.affected):
        if why := _security(facts):
            return _decided(facts, "security", why)
        if facts.outcome == "ok" or not facts.trouble:
            return None
        return _first(facts, _UPSTREAM)
    found = _first(facts, _RULES)
    return found or _decided(facts, "unknown", "no rule explains it, and it could not be confirmed")


Rule = tuple[FailureClass, Callable[[Facts], str]]
"""A class, and a function that says why a run belongs to it, "" if it does not."""


def _first(facts: Facts, rules: tuple[Rule, ...]) -> Classified | None:
    for failure, rule in rules:
        if why := rule(facts):
            return _decided(facts, failure, why)
    return None


def _decided(facts: Facts, failure: FailureClass, why: str) -> Classified:
    return Classified(failure=failure, why=why, facts=(("why", why), ("rules", RULES), *_shown(facts)))


def _shown(facts: Facts) -> Iterator[tuple[str, JSONValue]]:
    """Yields the facts that are worth telling, as JSON values."""
    yield "outcome", facts.outcome
    if facts.site:
        yield "site", facts.site
    noted = [call for call in facts.calls if call.code or call.status >= 300 or call.differences]
    if noted:
        yield "calls", [str(call) for call in noted[:10]]
    changed = [line for call in noted for line in call.differences]
    if changed:
        yield "differences", [*changed[:20]]
    if facts.problems:
        yield "problems", [*facts.problems[:10]]
    for name, names in (("broken", facts.broken), ("contradicted", facts.contradicted)):
        if names:
            yield name, [*names]
    if facts.replays:
        yield "replays", [row.same for row in facts.replays]
    if facts.parent is not None and facts.parent.right:
        yield "right_before", True
    for name, row in (("other_engine", facts.other), ("parent", facts.parent), ("four_times", facts.roomy)):
        if row is not None:
            ended_well = row.outcome == "ok" or row.outcome.startswith("error:")
            yield name, row.outcome if ended_well or not row.good else "got further"


def _host_fault(facts: Facts) -> str:
    if facts.outcome == "host_fault":
        return "the machine failed the run, not the app"
    if facts.outcome == "wall" and facts.cpu_ms is not None and facts.cpu_ms < STARVED * facts.wall_ms:
        spent, limit = f"{facts.cpu_ms:.0f}", f"{facts.wall_ms:.0f}"
        return f"the machine was busy: the script got {spent} of its {limit} ms to compute"
    if facts.outcome in LIMITS and any(row.good for row in facts.replays):
        return "the same run stays within its limits when it is repeated"
    if not facts.ended_well and _of(facts, lambda call: call.code == "busy"):
        return "another run of the app was using its store"
    return ""


def _caller_input(facts: Facts) -> str:
    return "" if facts.valid_input else "the arguments do not fit the app's input schema"


def _security(facts: Facts) -> str:
    if facts.signal == "SIGSYS":
        return "the script made a system call that the sandbox forbids"
    inside = _of(
        facts, lambda call: call.code == "address" or (call.code == "forbidden" and call.is_internal)
    )
    if inside:
        return f"the app tried to reach this machine or its network ({inside})"
    undeclared = _of(facts, lambda call: call.code == "forbidden" and not call.declared)
    return f"the app tried to reach what its manifest does not declare ({undeclared})" if undeclared else ""


def _engine_fault(facts: Facts) -> str:
    if facts.outcome == "crash":
        return "the engine crashed; a script must not be able to do that"
    steady = facts.replays and all(row.same for row in facts.replays)
    if not facts.ended_well and facts.outcome not in LIMITS and steady and facts.other and facts.other.good:
        return "it fails on this engine each time, and not on the other one"
    return ""


def _permission(facts: Facts) -> str:
    if facts.refused == "permission":
        return "the app may not use everything that it declares"
    found = _of(facts, lambda call: call.code == "denied")
    return f"the app asked for something that it was not granted ({found})" if found else ""


def _credential(facts: Facts) -> str:
    if facts.refused == "credential":
        return "a secret that the app needs is missing"
    found = _of(
        facts,
        lambda call: (
            call.status in (401, 407)
            or call.is_denied
            or (call.status == 403 and not call.is_quota and not call.is_throttled)
            or call.code == "credential"
        ),
    )
    return f"the service did not accept the credentials ({found})" if found else ""


def _rate_limited(facts: Facts) -> str:
    found = _of(
        facts,
        lambda call: (
            ((call.status in _TOO_MANY or call.is_throttled) and not call.is_quota)
            or call.code == "rate_limited"
        ),
    )
    return f"the service limits the rate of requests ({found})" if found else ""


def _quota(facts: Facts) -> str:
    found = _of(facts, lambda call: call.status == 402 or call.is_quota)
    if found:
        return f"the quota is spent or unpaid ({found})"
    spent = _of(facts, lambda call: call.name == "llm" and call.code == "budget")
    return "the run spent the tokens that its manifest allows" if spent else ""


def _ambiguous(facts: Facts) -> str:
    found = _of(
        facts,
        lambda call: call.writes and call.sent and (call.code in _AFTER_SENDING or call.status in _UNCLEAR),
    )
    return f"a request that changes something may or may not have arrived ({found})" if found else ""


def _upstream_down(facts: Facts) -> str:
    def is_down(call: Call) -> bool:
        if call.name == "llm":
            return call.code in ("unavailable", "timeout", "unfit")
        return call.code in _UNREACHABLE or call.status >= 500 or call.status in _UNAVAILABLE or call.unusable

    found = _of(facts, is_down)
    return f"the service does not work ({found})" if found else ""


def _upstream_changed(facts: Facts) -> str:
    def is_changed(call: Call) -> bool:
        if call.code:
            return call.code in ("redirect", "too_large") and call.asked_before
        if 300 <= call.status < 400 or call.status in _MOVED_AWAY:
            return call.asked_before
        if 400 <= call.status < 500:  # one that is not known means what 400 does (RFC 9110, 15)
            return call.answered_before or (call.asked_before and not call.known_status)
        return bool(call.differences) and (not coped or call.answered_before or not _is_variation(call))

    coped = facts.ended_well and not (facts.affected or facts.broken or facts.said_wrong)
    found = _of(facts, is_changed)
    if not found:
        return ""
    first = next((line for call in facts.trouble for line in call.differences), "")
    return f"the service answers differently from before ({first or found})"


def _is_variation(call: Call) -> bool:
    """Returns whether all that differs is what differs between one thing and another: nulls and forms."""
    return all(" is null, and was" in line or line.endswith(" any more") for line in call.differences)


def _nondeterminism(facts: Facts) -> str:
    if facts.outcome not in LIMITS and any(not row.same for row in facts.replays):
        return "the same run with the same answers of its host ends differently"
    return ""


def _resource(facts: Facts) -> str:
    roomy = facts.roomy
    if facts.outcome in LIMITS and roomy is not None and roomy.good:
        return f"it ends well with four times its limit of {facts.outcome}"
    if (
        facts.outcome in LIMITS
        and roomy is not None
        and _limit(roomy.outcome) not in ("", _limit(facts.outcome))
    ):
        return f"with four times its limit of {facts.outcome} it reaches its limit of {roomy.outcome}"
    if not facts.ended_well and _of(facts, lambda call: call.code in ("full", "too_many", "budget")):
        return "it used up what the host allows in one run"
    return ""


def _test_bug(facts: Facts) -> str:
    if facts.ended_well and facts.broken and set(facts.broken) <= set(facts.contradicted):
        return "a predicate that the run breaks contradicts the app's own examples too"
    return ""


def _regression(facts: Facts) -> str:
    parent = facts.parent
    if parent is None:
        return ""
    return "the version before ends well on the same run" if _code_bug(facts) and parent.good else ""


def _code_bug(facts: Facts) -> str:
    broken = [name for name in facts.broken if name not in facts.contradicted]
    if broken and facts.ended_well:
        return f"the answer breaks the app's own predicate {broken[0]}"
    if facts.ended_well:
        return ""
    if facts.outcome in LIMITS:
        unbounded = facts.roomy is not None and not facts.roomy.good
        return f"it does not end even with four times its limit of {facts.outcome}" if unbounded else ""
    if facts.replays and all(row.same for row in facts.replays):
        how = "threw an error that is not declared" if facts.outcome == "threw" else "broke its output schema"
        return f"valid input, good answers from its host: the app {how}, each time it is repeated"
    return ""


def _expectation(facts: Facts) -> str:
    if not facts.said_wrong:
        return ""
    before = facts.parent is not None and facts.parent.right
    more = ", and the version before gave the right one" if before else ""
    return f"a person said that the answer is wrong{more}"


def _limit(outcome: str) -> str:
    """Returns which limit an outcome is about; wall-clock and CPU are both about time."""
    return "time" if outcome in ("wall", "cpu") else outcome if outcome in LIMITS else ""


def _of(facts: Facts, applies: Callable[[Call], bool]) -> str:
    """Returns the last call for which something applies, in words; "" if there is none."""
    return next((str(call) for call in reversed(facts.trouble) if applies(call)), "")


_UPSTREAM: Final[tuple[Rule, ...]] = (
    ("security", _security),
    ("permission", _permission),
    ("credential", _credential),
    ("rate_limited", _rate_limited),
    ("quota", _quota),
    ("ambiguous", _ambiguous),
    ("upstream_down", _upstream_down),
    ("upstream_changed", _upstream_changed),
)
_RULES: Final[tuple[Rule, ...]] = (
    ("host_fault", _host_fault),
    ("caller_input", _caller_input),
    ("security", _security),
    ("engine_fault", _engine_fault),
    *_UPSTREAM[1:],
    ("nondeterminism", _nondeterminism),
    ("resource", _resource),
    ("test_bug", _test_bug),
    ("regression", _regression),
    ("code_bug", _code_bug),
    ("expectation", _expectation),
)
