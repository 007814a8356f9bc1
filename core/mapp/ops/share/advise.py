"""Publishes an advisory in a registry: one commit of its maintainers on `main` with one new file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from mapp.errors import Busy, NotFound, UsageError
from mapp.git.repository import MAIN
from mapp.git.tree import replace_file
from mapp.model.version import Version
from mapp.ops.share.publish import listed_entry, one_line, parsed_version
from mapp.ops.share.registry_place import RegistryPlace, mirrored
from mapp.ops.share.submit import TRIES, pause, publish_index, pushed, too_busy
from mapp.ops.workspace import Workspace
from mapp.share.advisories import (
    Advisory,
    Bound,
    Severity,
    advisory_path,
    parse_range,
    read_advisories,
)
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.registry import Registry

_MOST_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What a maintainer says about an app.

    `versions` are versions or ranges such as `>=1.0.0, <1.2.1`; empty means every version. `fixed` is the
    first version without the fault, and `replacement` an app to use instead; both may be empty.
    """

    app: str
    severity: Severity
    summary: str
    versions: tuple[str, ...] = ()
    fixed: str = ""
    replacement: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advised:
    """A published advisory and the listed versions that it is about.

    `commit` is empty after a dry run; `changed` is False if the registry says the same already.
    """

    advisory: Advisory
    affected: tuple[PublishedVersion, ...]
    commit: str = ""
    changed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `registry advise --json` prints."""
        return {
            "schema": 1,
            "path": advisory_path(self.advisory.id),
            "advisory": self.advisory.to_dict(),
            "affected": [str(row.version) for row in self.affected],
            "commit": self.commit or None,
            "changed": self.changed,
        }


def advise(workspace: Workspace, place: RegistryPlace, advice: Advice, *, dry_run: bool = False) -> Advised:
    """Writes an advisory into a registry's `main` and brings its index up to date.

    A malicious version is also named by its content, so that it is refused whatever it is called and
    wherever it comes from. With `dry_run`, nothing is pushed.

    Raises:
        NotFound: the registry does not list the app, or a version or the replacement that is named.
        UsageError: the summary, a range or the fixed version cannot be used.
        RemoteFailed, RemoteRefused: see `mapp.share.remote.push`.
        Busy: others changed the registry too often meanwhile.
    """
    for number in range(TRIES):
        mirror = mirrored(workspace, place)
        found = _advised(workspace, mirror.registry, place, advice)
        if dry_run:
            return found
        if not found.changed:
            publish_index(workspace, place)
            return replace(found, commit=mirror.main)
        repository, path = mirror.repository, advisory_path(found.advisory.id)
        tree = replace_file(repository, mirror.registry.root, path, found.advisory.to_toml())
        text = f"advisory {found.advisory.id}: {advice.app} is {_said(advice)}"[:72] + "\n"
        who = workspace.signature()
        commit = repository.commit_tree(tree, text, who, parents=(mirror.main,), ref=None)
        if pushed(mirror, MAIN, mirror.main, commit):
            publish_index(workspace, place)
            return replace(found, commit=commit)
        pause(workspace, number)
    raise too_busy(place)


def _said(advice: Advice) -> str:
    return "malicious" if advice.severity == "malicious" else f"of {advice.severity} severity"


def _advised(workspace: Workspace, registry: Registry, place: RegistryPlace, advice: Advice) -> Advised:
    """Returns the advisory to write; `changed` is False if there is one that says the same."""
    entry = listed_entry(registry, place, advice.app, None)
    draft = Advisory(
        id="",
        app=advice.app,
        severity=advice.severity,
        summary=one_line(advice.summary, "the summary"),
        ranges=tuple(map(_range, advice.versions)),
        fixed=advice.fixed and str(parsed_version(advice.fixed)),
        replacement=advice.replacement,
    )
    affected = tuple(row for row in entry.versions if draft.is_about(entry.name, str(row.version)))
    _ensure_known(registry, entry, place, draft, affected)
    if draft.severity == "malicious":
        draft = replace(draft, contents=tuple(row.content for row in affected))
    known = read_advisories(registry.repository, registry.commit)[0]
    same = next((row for row in known if replace(row, id="") == draft), None)
    if same is not None:
        return Advised(advisory=same, affected=affected)
    identity = next(_free(workspace, registry, advice.app))
    return Advised(advisory=replace(draft, id=identity), affected=affected, changed=True)


def _ensure_known(
    registry: Registry,
    entry: Entry,
    place: RegistryPlace,
    draft: Advisory,
    affected: Sequence[PublishedVersion],
) -> None:
    """Raises NotFound or UsageError if the advisory names a version or an app that the registry lacks."""
    name, listed = entry.name, ", ".join(str(row.version) for row in entry.versions[-_MOST_SHOWN:])
    for bounds in draft.ranges:
        one = replace(draft, ranges=(bounds,))
        if not any(one.is_about(name, str(row.version)) for row in affected):
            said = ", ".join(map(str, bounds))
            raise NotFound(f"{place} lists no version {said} of {name}", hint=f"the newest are {listed}")
    if draft.fixed:
        fixed = Version.parse(draft.fixed)
        if entry.version(fixed) is None:
            raise NotFound(
                f"{place} does not list version {fixed} of {name}",
                hint="publish the fixed version first, or leave out --fixed",
            )
        if draft.is_about(name, draft.fixed):
            raise UsageError(
                f"the advisory would be about {fixed}, too, which is said to be fixed",
                hint=f"name the affected versions: --versions '<{fixed}'",
            )
    if draft.replacement and (draft.replacement == name or not registry.has(draft.replacement)):
        raise NotFound(f"{place} does not list {draft.replacement} beside {name}", hint="check the spelling")


def _free(workspace: Workspace, registry: Registry, app: str) -> Iterator[str]:
    """Yields the ids `APP-YEAR-NUMBER` that no advisory has."""
    year = datetime.fromtimestamp(workspace.clock(), UTC).year
    for number in range(1, 10_000):
        identity = f"{app}-{year}-{number}"
        if registry.file(advisory_path(identity)) is None:
            yield identity
    raise Busy(f"there are too many advisories about {app} this year")


def _range(text: str) -> tuple[Bound, ...]:
    try:
        return parse_range(text)
    except ValueError as error:
        raise UsageError(f"{text!r} {error}", hint="for example: 1.2.0 or '>=1.0.0, <1.2.1'") from None
