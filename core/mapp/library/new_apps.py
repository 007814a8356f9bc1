"""Apps that are not in the library yet: a repository of their own per change, until it is merged.

It lies in `changes/<id>.git` and holds the branch `compile/<id>` alone. Merging writes `main` into it and
renames it to where apps lie: the rename is the commit point.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from mapp.errors import NotFound
from mapp.git.branches import branch_ref, branch_tip
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import Snapshot, read_snapshot
from mapp.library.landing import Committed, Proposal, bring_in, settle
from mapp.library.lockfile import read_lock
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.repair import sweep_new
from mapp.library.verdicts import record_verdict
from mapp.model.app import App, read_app
from mapp.model.verdict import Verdict


def place(home: Home, identity: str) -> Path:
    """Returns where the repository of a change lies while its app is not in the library."""
    return home.changes / f"{identity}.git"


def exists(home: Home, identity: str) -> bool:
    """Returns whether a change has written anything yet."""
    return place(home, identity).is_dir()


def keep(
    home: Home,
    identity: str,
    branch: str,
    files: Mapping[str, bytes],
    text: str,
    signature: Signature,
    verdict: Verdict | None,
) -> str:
    """Returns the id of the commit that holds a round's files on the branch; the verdict is recorded first.

    The same files again are no commit.
    """
    path = place(home, identity)

    def finish(new: Repository) -> None:
        if verdict is not None:
            record_verdict(new, verdict, signature)

    with holding(home.holds, f"change-{identity}") as abandoned:
        if abandoned:
            _clean(path)
        if not path.exists():
            return Repository.create(path, files, text, signature, finish=finish, ref=branch_ref(branch))[1]
        repository = Repository.open(path)
        finish(repository)
        tip, tree = branch_tip(repository, branch), repository.write_tree(files)
        if repository.tree_of(tip) == tree:
            return tip
        return repository.commit_tree(tree, text, signature, parents=(tip,), ref=branch_ref(branch))


def kept(home: Home, identity: str, branch: str) -> tuple[Repository, Snapshot]:
    """Returns what a change has written last; raises NotFound if it has written nothing."""
    path = place(home, identity)
    if not path.is_dir():
        raise NotFound(f"the change {identity} has written nothing yet", hint="mapp compile --resume goes on")
    repository = Repository.open(path)
    return repository, read_snapshot(repository, branch_tip(repository, branch))


def merge(
    home: Home, identity: str, branch: str, text: str, signature: Signature, *, tell: Tell | None = None
) -> Committed:
    """Brings a new app into the library and returns what was committed; done twice, it is done once.

    Raises:
        AlreadyExists: the library has an app of that name by now.
        InvalidApp: no passing verdict is recorded for the branch's tree, and nothing says it was forced.
    """
    _, found = kept(home, identity, branch)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    with (
        holding(home.holds, app.name, tell=tell),
        holding(home.holds, f"change-{identity}", tell=tell) as abandoned,
    ):
        if abandoned:
            _clean(place(home, identity))
        read_lock(home.lock_file)  # a damaged one is told before git moves, not after
        proposal = Proposal(app=app, files=found.files, text=text, signature=signature)
        hint = f"mapp show {app.name}; the change keeps its branch, mapp review {identity} shows it"
        return bring_in(home, place(home, identity), proposal, parent=found.commit, hint=hint, tell=tell)


def pinned(home: Home, app: App, found: Snapshot, commit: str, *, tell: Tell | None = None) -> Committed:
    """Returns what was committed, once the lock file knows of it too; raises as `settle` does."""
    settle(home, app.name, tell=tell)
    version = str(app.manifest.version)
    return Committed(name=app.name, version=version, commit=commit, tree=found.tree, changed=True)


def _clean(path: Path) -> None:
    """Removes what a killed writer of a change left: half a repository, or lock files of git in it."""
    sweep_new(path.parent)
    if path.exists():
        Repository.open(path).sweep()


def drop(home: Home, identity: str) -> None:
    """Takes away what a change has written; it is renamed first, so that a kill leaves all or nothing."""
    path = place(home, identity)
    aside = path.with_name(f".dropped-{identity}")
    with contextlib.suppress(FileNotFoundError):
        path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
