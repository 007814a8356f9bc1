"""Commits the starter apps into a library.

It does not use `library.landing.create` and `land`: those pin each app at once, and every pin takes two locks
and rewrites and flushes the whole lock file, which would slow down the first command. Here each landing is
recorded with the same functions, and all pins are written together at the end. If the set-up is killed in
between, the recorded landings explain every `main`, and the next set-up pins the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from mapp.errors import MappError
from mapp.git.commit import Signature
from mapp.git.repository import MAIN, Repository
from mapp.library.commit_app import message
from mapp.library.format import stamp_new
from mapp.library.landing import record_end, record_intent, tag_release
from mapp.library.lockfile import STARTER, LockEntry, read_lock
from mapp.library.locks import holding
from mapp.library.paths import Home
from mapp.library.pins import entry_of, pin
from mapp.library.verdicts import record_verdict
from mapp.model.app import read_app
from mapp.model.verdict import Verdict
from mapp.ops.workspace import Workspace
from mapp.plain_files import write_whole
from mapp.starter import bundle


def install(
    workspace: Workspace, marker: Mapping[str, object], digest: str, advance: Callable[[int, int], None]
) -> tuple[str, ...]:
    """Installs missing and outdated apps, writes the marker last, and returns the names installed.

    An app that came from a registry since stays as it is: that one updates it.
    """
    stamp_new(workspace.home)
    known = marker.get("commits")
    before = known if isinstance(known, dict) else {}
    names = bundle.names()
    verdicts = bundle.verdicts()
    entries: list[LockEntry] = []
    commits: dict[str, str] = {}
    locked = read_lock(workspace.home.lock_file)
    elsewhere = {name for name, row in locked.items() if row.is_third_party}
    for done, name in enumerate(names, 1):
        entry = None
        if name not in elsewhere:
            entry = _install_one(workspace.home, name, before.get(name), verdicts.get(name))
        if entry is not None:
            entries.append(entry)
        commits[name] = entry.commit if entry else str(before.get(name, ""))
        advance(done, len(names))
    pin(workspace.home, *entries, tell=workspace.tell)
    document = {"digest": digest, "commits": commits}
    write_whole(workspace.home.starter_marker, json.dumps(document, indent=1).encode())
    return tuple(entry.name for entry in entries)


def sweep(home: Home) -> None:
    """Removes git lock files that a killed set-up left, each under its app's lock."""
    for name in bundle.names():
        path = home.repository(name)
        if path.is_dir():
            with holding(home.holds, name):
                Repository.open(path).sweep()


def _install_one(home: Home, name: str, before: str | None, verdict: Verdict | None) -> LockEntry | None:
    """Installs one app and returns its lock entry, or None if the user's own state must stay."""
    files = bundle.files(name)
    app = read_app(files, strict=False)
    who = Signature(name="mapp", email="mapp@localhost", time=bundle.BORN)
    text = message(
        f"{name}: {app.manifest.version}",
        {"Mapp-Operation": STARTER, "Mapp-Verdict": "passed"},
        body=app.manifest.description,
    )
    path = home.repository(name)

    def add_verdict(repository: Repository) -> None:
        if verdict is not None:
            record_verdict(repository, verdict, who)

    def finish(repository: Repository) -> None:
        add_verdict(repository)
        if (commit := repository.tip()) is not None:
            record_intent(repository, old=None, new=commit, source=STARTER, signature=who)
            record_end(repository)

    if not path.exists():
        if before is not None:
            return None
        repository, commit = Repository.create(path, files, text, who, finish=finish)
    else:
        repository = Repository.open(path)
        tip = repository.tip()
        same = tip is not None and repository.tree_of(tip) == repository.write_tree(files)
        if not same and tip != before:
            return None
        if tip is None:
            raise MappError(f"{path} has no branch main", hint=f"mapp remove {name}")
        if not same:
            add_verdict(repository)
        commit = tip if same else _land(repository, files, text, who, tip)
    tag_release(repository, app, commit)
    tree = repository.tree_of(commit)
    return entry_of(app, files, commit=commit, tree=tree, source=STARTER)


def _land(repository: Repository, files: Mapping[str, bytes], text: str, who: Signature, tip: str) -> str:
    commit = repository.commit_tree(repository.write_tree(files), text, who, parents=(tip,), ref=None)
    record_intent(repository, old=tip, new=commit, source=STARTER, signature=who)
    repository.move_ref(MAIN, tip, commit)
    record_end(repository)
    return commit
