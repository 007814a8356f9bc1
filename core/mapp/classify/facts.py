"""What the host knows about a run: all that decides the class of a failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

LIMITS: Final = frozenset(["wall", "cpu", "memory", "output"])
"""Outcomes of runs that a limit ended."""

BodyKind = Literal["json", "broken", "html", "xml", "text", "empty", "binary"]
"""What a body is; `broken` is text that begins like JSON and is not, for example half of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One host call, without anything that the script or a server said in words.

    `endpoint` is method, host and path with its variable parts replaced. `writes`: its method may change
    something. `sent`: the request may have reached the server. `declared`: the manifest covers it.
    `asked_before`: requests of this form got good answers before; `answered_before`: this very request did.
    `known_status`: an answer with this status is in the app's recordings or in runs that ended well.
    `differences` are those from the learned shape, in words. `recovered`: the same request succeeded later in
    the same run. `is_internal`: the host is not a public one. `is_quota`: the answer says that a quota is
    spent; `is_throttled`: that this was one request too many; `is_denied`: that the credentials are no good.
    `unusable`: where good answers are data, this one is an error, a page, nothing, or half of it, which is of
    use to nobody.
    """

    name: str
    code: str = ""
    endpoint: str = ""
    host: str = ""
    status: int = 0
    writes: bool = False
    sent: bool = False
    declared: bool = True
    is_internal: bool = False
    asked_before: bool = True
    answered_before: bool = False
    known_status: bool = False
    body: BodyKind = "empty"
    differences: tuple[str, ...] = ()
    is_quota: bool = False
    is_throttled: bool = False
    is_denied: bool = False
    unusable: bool = False
    recovered: bool = False

    def __str__(self) -> str:
        what = self.endpoint or self.name
        return f"{what}: {self.code or f'status {self.status}'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """One repetition of a run with the recorded answers of its host.

    `same`: outcome and output are those of the run. `good`: it ended in a value or a declared error and broke
    no predicate, or it got further than the run and made a call that nobody recorded. `right`: it gave what
    the person expected.
    """

    outcome: str
    same: bool
    good: bool
    right: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The facts of one run.

    `outcome` is the journal's name for it; `refused` says why a run was not started: `permission` or
    `credential`. `signal` is the name of the signal that ended the worker. `cpu_ms` is the CPU time of a run
    that the wall-clock limit of `wall_ms` ended.

    `replays` ran on the same engine, `other` on another one, `parent` at the commit before, `roomy` with four
    times the limits; None means that it was not tried. `broken` are the predicates that the run breaks;
    `contradicted` are those of them that the app's own examples break too. `affected`: a difference in an
    answer changes what the app gives for a recorded answer. `said_wrong`: a person said so.
    """

    app: str
    outcome: str
    refused: str = ""
    signal: str = ""
    valid_input: bool = True
    calls: tuple[Call, ...] = ()
    wall_ms: float = 0.0
    cpu_ms: float | None = None
    problems: tuple[str, ...] = ()
    replays: tuple[Repeat, ...] = ()
    other: Repeat | None = None
    parent: Repeat | None = None
    roomy: Repeat | None = None
    broken: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    affected: bool = False
    said_wrong: bool = False
    expected: bool = False
    site: str = ""

    @property
    def ended_well(self) -> bool:
        """Returns whether the run gave a value or a declared error, right or wrong."""
        return self.outcome == "ok" or self.outcome.startswith("error:")

    @property
    def trouble(self) -> tuple[Call, ...]:
        """Returns the calls that did not succeed later in the run."""
        return tuple(call for call in self.calls if not call.recovered)
