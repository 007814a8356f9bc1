"""`python -m mapp.ops.share.publish_starter ADDRESS` publishes the starter apps, for the maintainers of mapp.

ADDRESS is one git repository that becomes the registry and the remote of all starter apps: `main` and
`index`, and for each app `<app>/main` and `<app>/v1.2.0`. An empty one is made a registry. An app is
published if its version is new, by the same code as `mapp publish`; the others stay as they are. A new
version is a commit on top of the published one, so each app keeps its history. The command can be repeated;
after a kill, that finishes it.

    --allow-git  allow git:// and http://
    --dry-run    show what would be published; push nothing
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from mapp.config import load_config
from mapp.errors import InvalidInput, MappError, Problem
from mapp.git.notes import VERDICTS
from mapp.git.repository import MAIN, Repository
from mapp.model.app import content_hash, read_app
from mapp.ops.manage.starter_apps import install
from mapp.ops.share.init_registry import init_registry
from mapp.ops.share.publish import TAKEN, Target, publish
from mapp.ops.share.registry_place import RegistryPlace, find_registry, mirrored
from mapp.ops.share.submit import publish_index
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN, TAGS
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.errors import RemoteRefused
from mapp.share.registries import STARTER_NAME
from mapp.share.remote import Update, fetch, ls_remote, push
from mapp.starter import bundle

ALLOW_GIT: Final = "--allow-git"
DRY_RUN: Final = "--dry-run"
OVERRIDE: Final = ("publisher-pressure",)
"""The checks that may object: all starter apps are published on one day."""

State = Literal["published", "new", "listed", "newer"]
"""`new`: a dry run would publish it. `newer`: the registry has a higher version than this mapp."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One starter app, its version in this mapp, and what became of it."""

    app: str
    version: str
    state: State


def main(arguments: Sequence[str]) -> int:
    """Does what the module's docstring says; returns the exit code."""
    addresses = [word for word in arguments if not word.startswith("-")]
    options = {word for word in arguments if word.startswith("-")}
    if len(addresses) != 1 or options - {ALLOW_GIT, DRY_RUN}:
        sys.stderr.write(f"{__doc__}")
        return 2
    plain, dry_run = ALLOW_GIT in options, DRY_RUN in options
    with tempfile.TemporaryDirectory(prefix="mapp-starter-") as folder:
        workspace = Workspace(config=replace(load_config(), library=Path(folder) / "library"))
        try:
            for row in publish_starter(workspace, addresses[0], allow_plain=plain, dry_run=dry_run):
                sys.stdout.write(f"{row.app} {row.version}: {row.state}\n")
        except MappError as error:
            sys.stderr.write(f"{error}\nhint: {error.hint}\n")
            return error.exit_code
        finally:
            workspace.close()
    return 0


def publish_starter(
    workspace: Workspace, address: str, *, allow_plain: bool = False, dry_run: bool = False
) -> Iterator[Row]:
    """Publishes the starter apps whose versions are new, and yields a row for each app.

    Args:
        workspace: an empty library; the apps are committed to it.
        address: the repository, or the name of a configured registry.
        allow_plain: allow transports that are not encrypted.
        dry_run: push nothing; the repository must be a registry already.

    Raises:
        InvalidInput: a version is published with other content; nothing was pushed.
        MappError: see `mapp.ops.share.publish.publish`.
    """
    place = find_registry(workspace, address, allow_plain=allow_plain)
    if not dry_run:
        _ensure_registry(workspace, place)
    registry = mirrored(workspace, place).registry
    entries = {name: registry.entry(name) for name in bundle.names()}
    rows = {name: _row(name, entry) for name, entry in entries.items()}
    _ensure_unchanged(rows, entries, place)
    if dry_run:
        yield from rows.values()
        return
    _commit(workspace, place, entries, [name for name, row in rows.items() if row.state == "new"])
    plain = place.access.allow_plain
    for name, row in rows.items():
        if row.state == "new":
            target = Target(
                registry=place.url,
                remote=place.url,
                direct=True,
                override=OVERRIDE,
                allow_plain=plain,
                shared=True,
            )
            publish(workspace, name, target)
            row = replace(row, state="published")
        yield row
    publish_index(workspace, place)


def _row(name: str, entry: Entry | None) -> Row:
    version = read_app(bundle.files(name), strict=False).manifest.version
    state: State = "new"
    if entry is not None and entry.version(version) is not None:
        state = "listed"
    elif entry is not None and _newest(entry).version > version:
        state = "newer"
    return Row(app=name, version=str(version), state=state)


def _newest(entry: Entry) -> PublishedVersion:
    return max(entry.versions, key=lambda row: row.version)


def _ensure_unchanged(
    rows: Mapping[str, Row], entries: Mapping[str, Entry | None], place: RegistryPlace
) -> None:
    """Raises InvalidInput if a listed version has other content than the app in this mapp."""
    problems = []
    for name, row in rows.items():
        entry = entries[name]
        known = entry.versions if entry is not None else ()
        contents = [listed.content for listed in known if str(listed.version) == row.version]
        if contents and contents != [content_hash(bundle.files(name))]:
            problems.append(Problem(path=name, message=f"{row.version} is published with other content"))
    if problems:
        raise InvalidInput(
            f"starter apps have changed since their versions were published in {place}",
            problems,
            hint="give each a new version in its mapp.toml, and record the starter apps again",
            code=TAKEN,
        )


def _ensure_registry(workspace: Workspace, place: RegistryPlace) -> None:
    """Makes a registry in a repository that has no branch `main`."""
    if MAIN in ls_remote(place.url, MAIN, access=place.access):
        return
    with tempfile.TemporaryDirectory(prefix="mapp-starter-") as folder:
        made = init_registry(Path(folder) / "new.git", workspace.signature(), name=STARTER_NAME, bare=True)
        push(made.folder, place.url, [Update(ref=MAIN, old=None, new=made.commit)], access=place.access)


def _commit(
    workspace: Workspace, place: RegistryPlace, entries: Mapping[str, Entry | None], names: Sequence[str]
) -> None:
    """Commits apps to the library as its set-up does, each on top of its newest listed version.

    The published versions take the place of those that an earlier mapp would have set up.
    """
    before = {name: _newest(entry).commit for name, entry in entries.items() if entry is not None}
    for name in names:
        if (entry := entries[name]) is not None:
            _bring(workspace, place, entry)
    install(workspace, {"commits": before}, bundle.digest(), lambda done, total: None)


def _bring(workspace: Workspace, place: RegistryPlace, entry: Entry) -> None:
    """Fetches the newest listed version of an app into the library, where `main` then is at it."""
    home, row, refs = workspace.home, _newest(entry), entry.refs
    tag, target = f"{TAGS}{row.tag}", home.repository(entry.name)
    with fetch(
        entry.remote, [tag], optional=[refs.verdicts], folder=home.quarantine, access=place.access
    ) as fetched:
        repository = Repository.open(fetched.path)
        if repository.commit_of(fetched.refs[tag]) != row.commit:
            raise RemoteRefused(
                f"{row.tag} of {entry.remote} was moved: the registry says {row.commit[:10]}",
                hint="no newer version was published; find out who moved it",
                code="MAPP-0612",
            )
        if (notes := fetched.refs.get(refs.verdicts)) is not None:
            repository.create_ref(VERDICTS, notes)
        repository.tag(OWN.tag(row.version), row.commit)
        repository.create_ref(MAIN, row.commit)
        target.parent.mkdir(parents=True, exist_ok=True)
        fetched.path.rename(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
