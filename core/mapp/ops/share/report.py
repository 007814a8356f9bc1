"""Reports a failure of an installed app to its author: class, minimal input and recording.

For who has no coder: the report is the failing test that a heal would start with. On GitHub with `gh` it is
an issue. Elsewhere it is a branch `report/INCIDENT` with that test on top of the release, so that the author
has nothing to retype. The text is the same, and can be sent by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mapp.errors import InvalidInput, NotFound, UsageError
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library import read
from mapp.library.commit_app import message
from mapp.library.landing import base_release
from mapp.library.lockfile import LockEntry
from mapp.model.app import REGRESSIONS, App, Example, read_app
from mapp.model.incident import FailureClass, Incident
from mapp.model.question_text import code_span, plain_markdown
from mapp.observe.incidents import Incidents
from mapp.ops.check.answers import with_examples
from mapp.ops.compile.lifecycle import refuse_secrets
from mapp.ops.compile.review_markdown import MAX_BODY, fenced
from mapp.ops.share.open_request import can_open, open_issue
from mapp.ops.share.upstream import Confirm, Sending, Target, installed, looked_up, place_of, send
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command

OF_THE_APP: Final[frozenset[FailureClass]] = frozenset(
    [
        "code_bug",
        "upstream_changed",
        "nondeterminism",
        "expectation",
        "regression",
        "resource",
        "security",
        "test_bug",
    ]
)
"""The classes of failures that an author can do something about."""

Way = Literal["issue", "branch", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingCase:
    """The smallest case of a failure: the row of a test, what the app gives, and the files that it needs."""

    row: Example
    outcome: str
    broken: tuple[str, ...] = ()
    recordings: Mapping[str, bytes]


Reproduce = Callable[[Workspace, Incident, App, Mapping[str, bytes]], FailingCase | None]
"""Repeats the failure of an incident on an app; None if it does not happen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """The result: what is sent, and how. With `way` `none` nothing was; `issue` is the issue's address."""

    sending: Sending
    incident: str
    way: Way
    changed: bool
    issue: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `report --json` prints it."""
        row = self.sending
        return {
            "schema": 1,
            "incident": self.incident,
            "app": row.app,
            "base": row.base,
            "commit": row.commit,
            "author": row.place.author,
            "remote": row.place.remote,
            "branch": row.branch,
            "title": row.title,
            "body": row.body,
            "way": self.way,
            "issue": self.issue or None,
            "changed": self.changed,
        }


def report(
    workspace: Workspace,
    identity: str,
    target: Target,
    *,
    reproduce: Reproduce,
    dry_run: bool = False,
    confirm: Confirm | None = None,
) -> Reported:
    """Sends an incident to the author of its app: as an issue, or as a branch with the failing test.

    Args:
        workspace: the library.
        identity: the incident, or the beginning of its id.
        target: where to push, if not to the author's repository; then no issue is opened.
        reproduce: repeats the failure on the author's release.
        dry_run: send nothing.
        confirm: is asked once, with all that would be sent; a no ends it like a dry run.

    Raises:
        NotFound: there is no such incident, or the author's release does not fail in this way.
        UsageError: the app is the person's own, its code is not at fault, or a key would be sent.
        AlreadyExists: the remote has another branch of that name.
        RemoteFailed, RemoteRefused: see `mapp.share.remote.push`.
    """
    incident = _incident(workspace, identity)
    entry = installed(workspace, incident.app)
    repository = read.open_repository(workspace.home, incident.app)
    base, app, files = _release(repository, entry)
    case = reproduce(workspace, incident, app, files)
    if case is None:
        raise NotFound(
            f"{app.name} {app.manifest.version} of the author does not fail in this way",
            hint=suggested_command("log", app.name),
        )
    new = with_examples({**files, **case.recordings}, [case.row], REGRESSIONS)
    changed = {path: data.decode("utf-8", "replace") for path, data in new.items() if files.get(path) != data}
    refuse_secrets(workspace, changed)
    author = place_of(workspace, entry, target)
    sending = Sending(
        app=app.name,
        branch=author.refs.branch(f"report/{incident.id}"),
        base=base,
        commit=_commit(workspace, repository, base, incident, new),
        title=f"{app.name} {app.manifest.version}: {incident.failure}",
        body=workspace.redact(_text(incident, app, case))[:MAX_BODY],
        place=author,
    )
    as_issue = not target.to and can_open(sending.place.author)
    if not as_issue:
        sending = looked_up(repository, sending)
    done = Reported(sending=sending, incident=incident.id, way="none", changed=False)
    if dry_run or (confirm is not None and not sending.is_there and not confirm(sending)):
        return done
    if as_issue:
        return _as_issue(workspace, done)
    return replace(done, way="branch", changed=send(workspace, sending, target))


def _as_issue(workspace: Workspace, done: Reported) -> Reported:
    """Opens an issue, or finds the one that an interrupted report has opened."""
    row = done.sending
    address = open_issue(row.place.author, row.title, row.body, sign=done.incident, tell=workspace.tell)
    return replace(done, way="issue" if address else "none", changed=bool(address), issue=address)


def _incident(workspace: Workspace, identity: str) -> Incident:
    incidents = Incidents(workspace.home.journal)
    found = incidents.get(identity)
    found = incidents.get(found.into) if found.into else found
    if found.failure not in OF_THE_APP:
        raise UsageError(
            f"the incident {found.id} was not caused by {found.app}: {found.failure}",
            hint=suggested_command("incident", found.id),
        )
    return found


def _release(repository: Repository, entry: LockEntry) -> tuple[str, App, dict[str, bytes]]:
    """Returns the author's release that an app is, or is built on: its commit, the app and its files."""
    base = base_release(repository, entry.commit)
    if base is None:
        raise InvalidInput(
            f"{entry.name} is not built on a release that this library knows",
            hint=suggested_command("log", entry.name),
        )
    found = read_snapshot(repository, base)
    return base, read_app(found.files, commit=base, tree=found.tree), found.files


def _commit(
    workspace: Workspace, repository: Repository, base: str, incident: Incident, files: Mapping[str, bytes]
) -> str:
    """Writes the failing test on top of a release, and returns the commit; the same each time."""
    trailers = {
        "Mapp-Operation": "report",
        "Mapp-Incident": incident.id,
        "Mapp-Fingerprint": incident.fingerprint,
        "Mapp-Base": base,
    }
    text = message(f"{incident.app}: a failing test, {incident.failure}", trailers)
    who = replace(workspace.signature(), time=int(incident.first))
    tree = repository.write_tree(files)
    return repository.commit_tree(tree, text, who, parents=(base,), ref=None)


def _text(incident: Incident, app: App, case: FailingCase) -> str:
    """Returns the report as Markdown: what an app or a host said is in fences and code spans."""
    rows = [
        f"- incident {code_span(incident.id)}",
        f"- class {code_span(incident.failure)}, fingerprint {code_span(incident.fingerprint)}",
        f"- version {code_span(str(app.manifest.version))}, commit {code_span(app.commit)}",
        f"- gives {code_span(case.outcome)}",
    ]
    rows += [f"- breaks the predicate {code_span(name)}" for name in case.broken]
    parts = [f"## {plain_markdown(app.name)} fails", "\n".join(rows)]
    if incident.why:
        parts += ["What the person says:", plain_markdown(incident.why)]
    parts += ["### Failing test", "A row for `tests/regressions.jsonl`:"]
    parts.append(fenced(json.dumps(case.row.to_dict(), ensure_ascii=False), "json"))
    for path, data in case.recordings.items():
        parts += [f"### Recording, {code_span(path)}", fenced(data.decode("utf-8", "replace"), "json")]
    return "\n\n".join(parts) + "\n"
