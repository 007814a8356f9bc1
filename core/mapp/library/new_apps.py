"""Apps that are not in the library yet: each change has its own repository until it is merged.

The repository is `changes/<id>.git` with the single branch `compile/<id>`. Merging adds `main` and moves the
repository to the library's apps: that rename is the commit point.
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
    """Returns the path of a change's repository while its app is not in the library."""
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
    """Commits a round's files on the branch, after recording their verdict, and returns the commit's id.

    If the files are unchanged, no commit is made.
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
    """Returns the latest files of a change; raises NotFound if it has written nothing."""
    path = place(home, identity)
    if not path.is_dir():
        raise NotFound(
            f"the change {identity} has written nothing yet",
            hint=f"to continue it: mapp compile --resume {identity}",
        )
    repository = Repository.open(path)
    return repository, read_snapshot(repository, branch_tip(repository, branch))


def merge(
    home: Home, identity: str, branch: str, text: str, signature: Signature, *, tell: Tell | None = None
) -> Committed:
    """Adds a new app to the library and returns what was committed. It can be repeated after a kill.

    Raises:
        AlreadyExists: the library has an app of that name.
        InvalidApp: the branch's tree has no passing verdict, and the message does not say that it was forced.
    """
    _, found = kept(home, identity, branch)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    with (
        holding(home.holds, app.name, tell=tell),
        holding(home.holds, f"change-{identity}", tell=tell) as abandoned,
    ):
        if abandoned:
            _clean(place(home, identity))
        read_lock(home.lock_file)  # report a damaged lock file before git changes
        proposal = Proposal(app=app, files=found.files, text=text, signature=signature)
        hint = f"see both: mapp show {app.name}, mapp review {identity}; the change keeps its branch"
        return bring_in(home, place(home, identity), proposal, parent=found.commit, hint=hint, tell=tell)


def pinned(home: Home, app: App, found: Snapshot, commit: str, *, tell: Tell | None = None) -> Committed:
    """Returns what was committed, after checking that it is pinned; raises as `settle` does."""
    settle(home, app.name, tell=tell)
    version = str(app.manifest.version)
    return Committed(name=app.name, version=version, commit=commit, tree=found.tree, changed=True)


def _clean(path: Path) -> None:
    """Removes leftovers of a change's killed writer: an unfinished repository, or git lock files."""
    sweep_new(path.parent)
    if path.exists():
        Repository.open(path).sweep()


def drop(home: Home, identity: str) -> None:
    """Deletes a change's repository; it is renamed first, so a kill leaves it whole or gone."""
    path = place(home, identity)
    aside = path.with_name(f".dropped-{identity}")
    with contextlib.suppress(FileNotFoundError):
        path.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
