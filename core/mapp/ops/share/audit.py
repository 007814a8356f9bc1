"""Looks for what is wrong with installed apps: advisories, yanks, tags, content, signatures, sources."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from mapp import distribution
from mapp.errors import MappError
from mapp.library.lockfile import STARTER, LockEntry
from mapp.ops.share.advice import FORK, Lineage, advice, is_listed_in, lineage_of
from mapp.ops.share.fsck import fsck
from mapp.ops.share.sources import GIT, REGISTRY, Registries
from mapp.ops.share.update import newest_of, shared_entries
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN, TAGS, AppRefs
from mapp.share.checks.all_checks import CHECKS
from mapp.share.checks.same_signer import TRUSTED
from mapp.share.entry import Entry, PublishedVersion, time_text
from mapp.share.registry import Registry
from mapp.share.registry_copy import RegistryCopy
from mapp.share.remote import Access, ls_remote
from mapp.share.signing import AllowedKey, allowed_keys
from mapp.suggested_commands import suggested_command

Level = Literal["error", "warning", "note"]
"""SARIF's levels: an error makes the command fail."""

RULES = {
    "malicious": "An advisory calls this version malicious.",
    "advisory": "An advisory is about this version.",
    "yanked": "This version was withdrawn.",
    "deprecated": "Its author advises against this version.",
    "content": "The app is not what mapp.lock says.",
    "moved": "A published version is another commit now.",
    "signer": "The key that signed this version is not, or no longer, one that the registry allows.",
    "unsigned": "This version, or a newer one, is not signed, and others of the app are.",
    "vanished": "The app's repository is gone, or no longer has this version.",
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
    """Yields what is wrong with the apps from elsewhere and their forks, all or the named ones.

    With `offline`, registries are read as they were last seen, and git addresses are not asked.

    Raises:
        NotFound: there is no installed app of a name.
        InvalidInput, IntegrityError: the settings or the lock file are damaged.
    """
    registries = Registries(workspace, offline=offline)
    for entry in shared_entries(workspace, names, sources=(GIT, REGISTRY, FORK)):
        yield from _content(workspace, entry)
        lineage = lineage_of(workspace.home, entry)
        yield from _advisories(registries, entry, lineage)
        if not (entry.source.startswith(FORK) or (offline and entry.source.startswith(GIT))):
            yield from _source(workspace, registries, entry, lineage.entry)


def _content(workspace: Workspace, entry: LockEntry) -> Iterator[Finding]:
    for row in fsck(workspace.home, [entry.name]):
        for problem in row.problems:
            yield _finding(entry, "content", "error", problem, suggested_command("fsck", entry.name))


def _advisories(registries: Registries, entry: LockEntry, lineage: Lineage) -> Iterator[Finding]:
    entry = replace(entry, version=lineage.entry.version)
    for source in registries.sources.values():
        try:
            copy = registries.copy(source)
            rows = list(advice(copy, lineage))
        except MappError as error:
            if is_listed_in(entry, source):
                continue  # `_source` reports it
            yield _finding(entry, "unreachable", "warning", error.message, error.hint)
            continue
        for row in rows:
            bad = row.severity == "malicious"
            level: Level = "error" if row.severity in ("malicious", "high") else "warning"
            hint = suggested_command("remove" if bad or not row.fixed else "update", entry.name)
            if row.replacement:
                hint += "; instead: " + suggested_command("install", f"{source.name}:{row.replacement}")
            text = f"{row.id} ({row.severity}): {row.summary}" + (f"; fixed in {row.fixed}" * bool(row.fixed))
            yield _finding(entry, "malicious" if bad else "advisory", level, text, hint)


def _source(
    workspace: Workspace, registries: Registries, entry: LockEntry, release: LockEntry
) -> Iterator[Finding]:
    """Yields what the source of an app says about it; `release` is what the app is built on."""
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
    if newest.note:
        yield _finding(entry, "deprecated", "note", newest.note, suggested_command("outdated", entry.name))
    if newest.changed:
        text = f"it was changed here since {entry.version} was installed"
        yield _finding(entry, "changed-here", "note", text, suggested_command("log", entry.name))
    source = registries.source_of(entry)
    if source is None:
        yield from _repository(entry, release, entry.source.removeprefix(GIT), OWN, Access(allow_plain=True))
        return
    copy = registries.copy(source)
    listed = copy.entry(entry.name)
    starter = entry.source == STARTER  # with the content of a listed version, if not its commit
    versions = listed.versions if listed is not None else ()
    same = [row for row in versions if row.commit == release.commit]
    row = next(iter(same or [row for row in versions if starter and row.content == release.content]), None)
    if listed is not None and row is not None:
        yield from _signatures(workspace, copy, entry, listed, row)
        if not (registries.offline or starter):  # a starter app needs no remote
            access = Access(allow_plain=source.allow_plain)
            yield from _repository(entry, release, listed.remote, listed.refs, access)


def _signatures(
    workspace: Workspace, copy: RegistryCopy, entry: LockEntry, listed: Entry, row: PublishedVersion
) -> Iterator[Finding]:
    """Yields what is wrong with the signature of an installed version, as the registry sees it now."""
    signed = [other for other in listed.versions if other.signer]
    newest, hint = listed.latest, suggested_command("outdated", entry.name)
    if signed and not row.signer:
        text = f"{row.version} is not signed, and {signed[-1].version} is"
        yield _finding(entry, "unsigned", "warning", text, hint)
    elif row.signer and newest is not None and not newest.signer:
        text = f"{row.version} is signed, and the newer {newest.version} is not"
        yield _finding(entry, "unsigned", "warning", text, hint)
    keys, required = _trust(copy)
    if required and not row.signer:
        text = f"{row.version} is not signed, and the registry {copy.source.name} requires it"
        yield _finding(entry, "unsigned", "error", text, hint)
    if not row.signer or not (keys or required):
        return
    own = [key for key in keys if key.fingerprint == row.signer]
    valid = [key for key in own if key.after <= row.time < key.before]
    where = f"trust/allowed_signers of {copy.source.name}"
    if not valid:
        said = "was not valid then, says" if own else "is not, or no longer, in"
        text = f"{row.version} was signed with {row.signer}, which {said} {where}"
        yield _finding(entry, "signer", "error", text, suggested_command("remove", entry.name))
    elif all(key.before <= workspace.clock() for key in valid):
        until = time_text(int(max(key.before for key in valid)))
        text = f"{row.version} was signed with {row.signer}, which is valid no longer, since {until}: {where}"
        yield _finding(entry, "signer", "warning", text, suggested_command("update", entry.name))


def _trust(copy: RegistryCopy) -> tuple[list[AllowedKey], bool]:
    """Returns the keys that a registry allows to sign, and whether it requires signatures."""
    registry = Registry(copy.repository, copy.commit)
    keys: list[AllowedKey] = []
    required = False
    with contextlib.suppress(MappError):
        keys = list(allowed_keys((registry.file(TRUSTED) or b"").decode("utf-8", "replace")))
    with contextlib.suppress(MappError):  # a policy that this mapp cannot read is for its maintainers to fix
        required = registry.policy(CHECKS).signatures_required
    return keys, required


def _repository(
    entry: LockEntry, release: LockEntry, url: str, refs: AppRefs, access: Access
) -> Iterator[Finding]:
    """Yields whether an app's own repository still has the release at its commit."""
    tag = f"{TAGS}{refs.tag(release.version)}"
    try:
        found = ls_remote(url, f"{tag}*", access=access)
    except MappError as error:
        text = f"the app's repository cannot be read: {error.message}"
        yield _finding(entry, "vanished", "warning", text, error.hint)
        return
    commit = found.get(f"{tag}^{{}}", found.get(tag))
    if commit is None:
        text = f"{url} no longer has v{release.version}: it was deleted, or the repository was created again"
        yield _finding(entry, "vanished", "error", text, "ask the author; what you installed stays as it is")
    elif commit != release.commit:
        text = f"v{release.version} of {url} is {commit[:10]} now, and was {release.commit[:10]}"
        yield _finding(entry, "moved", "error", text, "ask the author; what you installed stays as it is")


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
