"""Changes of an app as branches of its repository: begun, grown by proven rounds, merged or dropped."""

from __future__ import annotations

from collections.abc import Mapping

from mapp.git.branches import branch_ref, branch_tip, branches, create_branch, delete_branch, mergeable
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.landing import Committed, Proposal, finish, land, prove_here, settle_held
from mapp.library.lockfile import read_lock
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.read import open_repository
from mapp.library.verdicts import record_verdict
from mapp.model.app import read_app
from mapp.model.verdict import Verdict


def begin(home: Home, name: str, branch: str, *, tell: Tell | None = None) -> str:
    """Begins a branch such as `expand/a1` at an app's `main`, and returns the commit that it begins at.

    Raises:
        AlreadyExists: there is a branch of that name.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = _opened(home, name, abandoned)
        tip = repository.resolve("main")
        create_branch(repository, branch, tip)
    return tip


def grow(
    home: Home,
    name: str,
    branch: str,
    files: Mapping[str, bytes],
    text: str,
    signature: Signature,
    *,
    verdict: Verdict | None = None,
    tell: Tell | None = None,
) -> str:
    """Returns the id of a new commit of files on a branch; what the gate found is recorded first.

    The same files again are no commit. A verdict may have failed: nothing runs from a branch.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = _opened(home, name, abandoned)
        tip = branch_tip(repository, branch)
        tree = repository.write_tree(files)
        if verdict is not None and verdict.tree == tree:
            record_verdict(repository, verdict, signature)
        if repository.tree_of(tip) == tree:
            return tip
        return repository.commit_tree(tree, text, signature, parents=(tip,), ref=branch_ref(branch))


def merge(
    home: Home,
    name: str,
    branch: str,
    text: str,
    signature: Signature,
    *,
    verdict: Verdict | None = None,
    tell: Tell | None = None,
) -> Committed:
    """Merges a branch into an app's `main`, tags and pins it, and takes the branch away.

    The commit point is the move of `main`; what comes after can be done again, by merging again.

    Raises:
        StaleBase: `main` is no longer where the branch began.
        InvalidApp: no passing verdict is recorded for the branch's tree, and nothing says it was forced.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        read_lock(home.lock_file)  # a damaged one is told before git moves, not after
        repository = _opened(home, name, abandoned)
        settle_held(home, repository, tell=tell)
        tip = branch_tip(repository, branch)
        found = read_snapshot(repository, tip)
        app = read_app(found.files, commit=tip, tree=found.tree)
        proposal = Proposal(app=app, files=found.files, text=text, signature=signature, verdict=verdict)
        main = mergeable(repository, branch)
        if main is None:  # merged by the one that was killed before the branch went
            prove_here(repository, proposal, found.tree)
            done = finish(home, repository, proposal, repository.resolve("main"), tell=tell)
        else:
            done = land(home, repository, proposal, old=main, since=main, parents=(main, tip), tell=tell)
        delete_branch(repository, branch, tip)
    return done


def drop(home: Home, name: str, branch: str, *, tell: Tell | None = None) -> None:
    """Takes a branch away, with what was only on it; raises NotFound when there is none of that name."""
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = _opened(home, name, abandoned)
        delete_branch(repository, branch, branch_tip(repository, branch))


def pending(home: Home, name: str) -> dict[str, str]:
    """Returns the changes of an app that are in progress (branch -> commit id)."""
    return branches(open_repository(home, name))


def _opened(home: Home, name: str, abandoned: bool) -> Repository:
    repository = open_repository(home, name)
    repository.sweep(abandoned=abandoned)
    return repository
