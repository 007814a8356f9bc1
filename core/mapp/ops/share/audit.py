"""Looks for what is wrong with installed apps: advisories, yanks, moved tags, content, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mapp import distribution
from mapp.errors import MappError
from mapp.library.lockfile import LockEntry
from mapp.ops.share.advice import advice, as_released
from mapp.ops.share.fsck import fsck
from mapp.ops.share.sources import GIT, REGISTRY, Registries
from mapp.ops.share.update import newest_of, shared_entries
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command

Level = Literal["error", "warning", "note"]
"""SARIF's levels: an error makes the command fail."""

RULES = {
    "malicious": "An advisory calls this version malicious.",
    "advisory": "An advisory is about this version.",
    "yanked": "This version was withdrawn.",
    "content": "The app is not what mapp.lock says.",
    "moved": "A published version is another commit now.",
    "unlisted": "The source no longer lists the app, or is not configured.",
    "unreachable": "The source could not be asked.",
    "changed-here": "The app was changed in this library since it was installed.",
}
"""The kinds of findings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong with an installed app, and the command that helps."""

    app: str
    version: str
    rule: str
    level: Level
    message: str
    hint: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `audit --json` prints."""
        return {
            "app": self.app,
            "version": self.version,
            "rule": self.rule,
            "level": self.level,
            "message": self.message,
            "hint": self.hint,
        }


def audit(workspace: Workspace, names: Sequence[str] = (), *, offline: bool = False) -> Iterator[Finding]:
    """Yields what is wrong with the apps from elsewhere, all or the named ones.

    With `offline`, registries are read as they were last seen, and git addresses are not asked.

    Raises:
        NotFound: there is no installed app of a name.
        InvalidInput, IntegrityError: the settings or the lock file are damaged.
    """
    registries = Registries(workspace, offline=offline)
    for entry in shared_entries(workspace, names):
        yield from _content(workspace, entry)
        yield from _advisories(registries, as_released(workspace.home, entry))
        if not (offline and entry.source.startswith(GIT)):
            yield from _source(workspace, registries, entry)


def _content(workspace: Workspace, entry: LockEntry) -> Iterator[Finding]:
    for row in fsck(workspace.home, [entry.name]):
        for problem in row.problems:
            yield _finding(entry, "content", "error", problem, suggested_command("fsck", entry.name))


def _advisories(registries: Registries, entry: LockEntry) -> Iterator[Finding]:
    for source in registries.sources.values():
        try:
            copy = registries.copy(source)
            rows = list(advice(copy, entry))
        except MappError as error:
            if entry.source == f"{REGISTRY}{source.url}":
                continue  # `_source` reports it
            yield _finding(entry, "unreachable", "warning", error.message, error.hint)
            continue
        for row in rows:
            bad = row.severity == "malicious"
            level: Level = "error" if row.severity in ("malicious", "high") else "warning"
            hint = suggested_command("remove" if bad or not row.fixed else "update", entry.name)
            text = f"{row.id} ({row.severity}): {row.summary}" + (f"; fixed in {row.fixed}" * bool(row.fixed))
            yield _finding(entry, "malicious" if bad else "advisory", level, text, hint)


def _source(workspace: Workspace, registries: Registries, entry: LockEntry) -> Iterator[Finding]:
    try:
        newest = newest_of(workspace, registries, entry)
    except MappError as error:
        rule = {"MAPP-0612": "moved", "MAPP-0653": "moved", "MAPP-0203": "unlisted"}.get(
            error.code, "unreachable"
        )
        level: Level = "error" if rule == "moved" else "warning"
        yield _finding(entry, rule, level, error.message, error.hint)
        return
    if newest.yanked is not None:
        text = f"{entry.version} was yanked: {newest.yanked}"
        yield _finding(entry, "yanked", "error", text, suggested_command("update", entry.name))
    if newest.changed:
        text = f"it was changed here since {entry.version} was installed"
        yield _finding(entry, "changed-here", "note", text, suggested_command("log", entry.name))


def _finding(entry: LockEntry, rule: str, level: Level, message: str, hint: str) -> Finding:
    return Finding(app=entry.name, version=entry.version, rule=rule, level=level, message=message, hint=hint)


def to_sarif(findings: Sequence[Finding]) -> dict[str, Any]:
    """Returns the findings as a SARIF 2.1.0 log, which forges read."""
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    results = [
        {
            "ruleId": row.rule,
            "level": row.level,
            "message": {"text": f"{row.app} {row.version}: {row.message}"},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "mapp.lock"}},
                    "logicalLocations": [{"name": row.app}],
                }
            ],
        }
        for row in findings
    ]
    driver = {"name": "mapp audit", "version": distribution.version(), "rules": rules}
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
