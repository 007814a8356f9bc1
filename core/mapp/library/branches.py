"""Changes to an app as branches of its repository: started, extended, merged or dropped."""

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
    """Creates a branch such as `expand/a1` at an app's `main`, and returns that commit.

    Raises:
        AlreadyExists: the branch exists.
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
    """Commits files on a branch, after recording their verdict, and returns the commit's id.

    If the files are unchanged, no commit is made. The verdict may be a failure: nothing runs from a branch.
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
    """Merges a branch into an app's `main`, tags and pins it, and deletes the branch.

    The commit point is the move of `main`. The steps after it can be repeated by merging again.

    Raises:
        StaleBase: `main` has moved since the branch was created.
        InvalidApp: the branch's tree has no passing verdict, and the message does not say that it was forced.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        read_lock(home.lock_file)  # report a damaged lock file before git changes
        repository = _opened(home, name, abandoned)
        settle_held(home, repository, tell=tell)
        tip = branch_tip(repository, branch)
        found = read_snapshot(repository, tip)
        app = read_app(found.files, commit=tip, tree=found.tree)
        proposal = Proposal(app=app, files=found.files, text=text, signature=signature, verdict=verdict)
        main = mergeable(repository, branch)
        if main is None:  # an earlier merge was killed before it deleted the branch
            prove_here(repository, proposal, found.tree)
            done = finish(home, repository, proposal, repository.resolve("main"), tell=tell)
        else:
            done = land(home, repository, proposal, old=main, since=main, parents=(main, tip), tell=tell)
        delete_branch(repository, branch, tip)
    return done


def drop(home: Home, name: str, branch: str, *, tell: Tell | None = None) -> None:
    """Deletes a branch with its commits; raises NotFound if there is no such branch."""
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = _opened(home, name, abandoned)
        delete_branch(repository, branch, branch_tip(repository, branch))


def pending(home: Home, name: str) -> dict[str, str]:
    """Returns an app's changes in progress (branch -> commit id)."""
    return branches(open_repository(home, name))


def _opened(home: Home, name: str, abandoned: bool) -> Repository:
    repository = open_repository(home, name)
    repository.sweep(abandoned=abandoned)
    return repository
