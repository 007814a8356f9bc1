"""Finds the commit that changed what a recorded run comes to, by re-running it offline along `main`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal

from mapp.errors import IntegrityError, InvalidApp, InvalidArguments, MappError, NotFound, UsageError
from mapp.git.commit import Commit
from mapp.library import read
from mapp.model.app import App
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.outcome import HOST_FAULT, Failed, Value, outcome_name
from mapp.model.values import JSONValue, canonical
from mapp.ops.run.permissions import ensure_isolated
from mapp.ops.run.replay import RecordedRun, recorded_run, repeat
from mapp.ops.workspace import Workspace

EXHAUSTIVE: Final = 200
"""Up to this many commits, those between the run and the found change are all tried, not only a few."""
REFUSED: Final = "caller_input"
UNREADABLE: Final = "invalid_app"
"""Outcomes of a commit that does not accept the run's input, and of one that holds no valid app."""

Advance = Callable[[int, int], None]


class NotReproducible(MappError):
    """A recorded run does not come to its recorded outcome again, even on its own commit."""

    code = "MAPP-0230"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the run comes to on one commit: the outcome's name, the output as canonical JSON, why it failed.

    Two failures of one kind are equal, whatever they say: a message may name lines of the source, which move.
    """

    outcome: str
    output: str = ""
    why: str = field(default="", compare=False)

    def __str__(self) -> str:
        more = self.output or self.why
        return f"{self.outcome}: {more}" if more else self.outcome

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object."""
        output = json.loads(self.output) if self.output else None
        return {"outcome": self.outcome, "output": output, "why": self.why}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bisected:
    """The commit that changed a run's outcome, with the outcomes before and after it.

    With the direction `later`, `main` gives another outcome today, and the search went forward from the
    run's commit. With `earlier`, it still gives the same, and the search went back to the commit that
    brought it. `commit` is None if no commit changed it. `changes` counts the changes among the `tried`
    commits; `complete` says that every commit from the run's to the found one was tried.
    """

    app: str
    run: str
    direction: Literal["later", "earlier"]
    recorded_at: str
    commit: Commit | None
    version: str
    before: Seen
    after: Seen
    commits: int
    tried: int
    changes: int
    complete: bool

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `bisect --json` prints it."""
        found = self.commit
        return {
            "app": self.app,
            "run": self.run,
            "direction": self.direction,
            "recorded_at": self.recorded_at,
            "commit": None if found is None else found.id,
            "version": self.version or None,
            "subject": None if found is None else found.subject,
            "author": None if found is None else found.author,
            "time": None if found is None else found.time,
            "trailers": {} if found is None else found.trailers,
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "commits": self.commits,
            "tried": self.tried,
            "changes": self.changes,
            "complete": self.complete,
        }


def bisect(
    workspace: Workspace, name: str, identity: str, *, advance: Advance = lambda done, total: None
) -> Bisected:
    """Finds the commit of `main` that changed the outcome of a recorded run.

    Each commit runs on the recorded input, with the recorded time, seed and answers of the host. If `main`
    gives another outcome today, the first change after the run's commit is found; otherwise the commit that
    brought the outcome.

    Raises:
        NotFound: there is no such app or run, its input was not kept, or its commit is not on `main`.
        UsageError: it is a run of another app, or the machine failed it.
        NotReproducible: even its own commit gives another outcome now.
        SandboxUnavailable: this machine isolates less than the settings require for this app.
    """
    recorded = recorded_run(workspace, identity)
    run = recorded.run
    if run.app != name:
        raise UsageError(f"run {run.id} is a run of {run.app}", hint=f"mapp bisect {run.app} --run {run.id}")
    if run.outcome == HOST_FAULT:
        raise UsageError(f"the machine failed run {run.id}; no commit of {name} is at fault")
    ensure_isolated(workspace, name)
    history = [*reversed([*read.landings(workspace.home, name)])]
    start = _place(history, recorded)
    trials = _Trials(workspace, recorded, history, advance)
    if trials.at(start) != trials.recorded:
        raise NotReproducible(
            f"run {run.id} came to {run.outcome}, and now to {trials.at(start).outcome} on its own commit",
            hint=f"mapp replay {run.id} shows the difference",
        )
    last = len(history) - 1
    later = trials.at(last) != trials.recorded
    path = range(start, last + 1) if later else range(start, -1, -1)
    return _result(trials, path, later=later)


def _result(trials: _Trials, path: Sequence[int], *, later: bool) -> Bisected:
    found = _first_change(trials, path)
    tried = [place for place in path if place in trials.seen]
    changes = sum(trials.seen[one] != trials.seen[two] for one, two in pairwise(tried))
    edge = path[-1] if found is None else path[found]
    known = [trials.seen[place] for place in ((edge, edge) if found is None else (path[found - 1], edge))]
    before, after = known if later else known[::-1]
    # Forward, the change is the first commit that differs; backward, the last one that does not.
    culprit = None if found is None else trials.history[edge if later else path[found - 1]]
    upto = path if found is None else path[: found + 1]
    return Bisected(
        app=trials.run.run.app,
        run=trials.run.run.id,
        direction="later" if later else "earlier",
        recorded_at=trials.history[path[0]].id,
        commit=culprit,
        version="" if culprit is None else trials.version(culprit.id),
        before=before,
        after=after,
        commits=len(path),
        tried=len(tried),
        changes=changes,
        complete=all(place in trials.seen for place in upto),
    )


def _first_change(trials: _Trials, path: Sequence[int]) -> int | None:
    """Returns the place in `path` of the first commit with another outcome than the run's; None if none.

    Binary search finds a change if the far end differs. The commits before it may differ as well, if the
    outcome changed and changed back, so they are tried too, unless there are too many.
    """
    low, high = 0, len(path) - 1
    differs = trials.at(path[high]) != trials.recorded
    while differs and high - low > 1:
        middle = (low + high) // 2
        if trials.at(path[middle]) == trials.recorded:
            low = middle
        else:
            high = middle
    if len(path) <= EXHAUSTIVE:
        for place in range(1, len(path)):
            trials.at(path[place])
    seen = (place for place in range(1, len(path)) if path[place] in trials.seen)
    return next((place for place in seen if trials.at(path[place]) != trials.recorded), None)


class _Trials:
    """The outcomes of a recorded run on the commits of a history, oldest first; each tree runs once."""

    def __init__(
        self,
        workspace: Workspace,
        recorded: RecordedRun,
        history: Sequence[Commit],
        advance: Advance,
    ) -> None:
        self.run = recorded
        self.history = history
        self.seen: dict[int, Seen] = {}
        self.recorded = Seen(
            outcome=recorded.run.outcome, output=recorded.run.output or "", why=recorded.run.detail
        )
        self._workspace = workspace
        self._advance = advance
        self._trees: dict[str, Seen] = {}
        self._own = self._app(recorded.run.commit)

    def at(self, place: int) -> Seen:
        """Returns the outcome on one commit of the history."""
        if place not in self.seen:
            row = self.history[place]
            if row.tree not in self._trees:
                self._trees[row.tree] = self._tried(row.id)
            self.seen[place] = self._trees[row.tree]
            self._advance(len(self.seen), len(self.history))
        return self.seen[place]

    def version(self, commit: str) -> str:
        """Returns the version that a commit holds, "" if it holds no valid app."""
        app = self._app(commit)
        return "" if isinstance(app, MappError) else str(app.manifest.version)

    def _app(self, commit: str) -> App | MappError:
        """Returns the app of a commit, or why it holds none."""
        try:
            return read.load_runnable(self._workspace.home, self.run.run.app, commit)
        except (InvalidApp, IntegrityError, NotFound) as error:
            return error

    def _tried(self, commit: str) -> Seen:
        app = self._app(commit)
        if isinstance(app, MappError):
            return Seen(outcome=UNREADABLE, why=str(app))
        try:
            arguments = self._accepted(app)
        except InvalidArguments as error:
            return Seen(outcome=REFUSED, why="; ".join(map(str, error.problems)))
        outcome, _ = repeat(self._workspace, app, self.run, arguments)
        return Seen(
            outcome=outcome_name(outcome),
            output=canonical(outcome.output) if isinstance(outcome, Value) else "",
            why=outcome.message if isinstance(outcome, Failed) else "",
        )

    def _accepted(self, app: App) -> dict[str, JSONValue]:
        """Returns the run's input as a version takes it: in full, or without what was left to a default.

        Raises:
            InvalidArguments: the version does not accept it.
        """
        given = dict(self.run.arguments)
        try:
            return with_defaults(app.manifest, given)
        except InvalidArguments:
            if isinstance(self._own, MappError):
                raise
            return with_defaults(app.manifest, without_defaults(self._own.manifest, given))


def _place(history: Sequence[Commit], recorded: RecordedRun) -> int:
    """Returns where a run's commit is in a history, oldest first; the newest commit of its tree counts too.

    Raises:
        NotFound: it is not there.
    """
    run = recorded.run
    own = [place for place, row in enumerate(history) if row.id == run.commit]
    found = own or [place for place, row in enumerate(history) if row.tree == run.tree]
    if found:
        return found[-1]
    raise NotFound(
        f"the commit {run.commit[:10]} of run {run.id} is not on main of {run.app}",
        hint=f"mapp log {run.app} shows the history of main",
    )
