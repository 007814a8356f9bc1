"""Change branches: `compile/<id>`, `heal/<id>` and `expand/<id>`, each merged into `main` or dropped."""

from __future__ import annotations

import re
from typing import Final

from mapp.errors import NotFound, StaleBase, UsageError
from mapp.git.commit import Signature
from mapp.git.repository import MAIN, Repository

HEADS: Final = "refs/heads/"
MAX_LENGTH: Final = 1000
"""How many commits a branch may be ahead of `main`."""

_FORM: Final = re.compile(r"(?:compile|heal|expand)/[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def branch_ref(name: str) -> str:
    """Returns the ref of a change branch.

    Raises:
        UsageError: the name does not have that form, so it can never be `main` or point elsewhere.

    >>> branch_ref("heal/a1")
    'refs/heads/heal/a1'
    """
    if not _FORM.fullmatch(name):
        raise UsageError(f"{name!r} is not a change branch: use compile/ID, heal/ID or expand/ID")
    return HEADS + name


def create_branch(repository: Repository, name: str, commit: str) -> None:
    """Creates a branch at a commit; raises AlreadyExists if the name is taken."""
    repository.info(commit)
    repository.create_ref(branch_ref(name), commit)


def branch_tip(repository: Repository, name: str) -> str:
    """Returns the commit at the tip of a branch; raises NotFound if there is no such branch."""
    if (tip := repository.tip(branch_ref(name))) is None:
        raise NotFound(f"there is no change {name} in {repository.path.stem}")
    return tip


def branches(repository: Repository) -> dict[str, str]:
    """Returns the changes in progress (name -> commit id), sorted; other branches are skipped."""
    return {name: tip for name, tip in repository.refs(HEADS).items() if _FORM.fullmatch(name)}


def delete_branch(repository: Repository, name: str, commit: str) -> None:
    """Deletes a branch if its tip is still this commit; raises Busy if it moved."""
    repository.delete_ref(branch_ref(name), commit)


def ahead(repository: Repository, commit: str, base: str) -> int | None:
    """Returns how many commits `commit` is ahead of `base` along first parents; None if it is not."""
    for count, ancestor in enumerate(repository.history(commit)):
        if ancestor.id == base:
            return count
        if count == MAX_LENGTH:
            break
    return None


def mergeable(repository: Repository, name: str) -> str | None:
    """Returns the commit of `main` that a branch can be merged onto, or None if it is merged already.

    A branch that was built on an older `main` is refused: its files need a new verdict on the current one.

    Raises:
        StaleBase: `main` has moved since the branch began.
        NotFound: there is no such branch, or no `main`.
    """
    tip, main = branch_tip(repository, name), repository.tip(MAIN)
    if main is None:
        raise NotFound(f"{repository.path.stem} has no branch main")
    if tip in (main, *repository.info(main).parents[1:]):
        return None
    if ahead(repository, tip, main) is None:
        raise StaleBase(
            f"{name} was started from another main of {repository.path.stem} than {main[:10]}",
            hint="bring the change up to date with main and check it again",
        )
    return main


def merge_branch(repository: Repository, name: str, message: str, signature: Signature) -> str:
    """Merges a branch's tree onto `main` and returns the id of the merge commit.

    Its parents are `main` and the branch; one ref update is the commit point. The branch stays until it is
    deleted. Merging it again changes nothing.

    Raises:
        StaleBase: `main` has moved since the branch began.
        Busy: `main` moved in the meantime, or a running git process holds it.
        NotFound: there is no such branch.
    """
    tip = branch_tip(repository, name)
    if (main := mergeable(repository, name)) is None:
        return repository.resolve("main")
    return repository.commit_tree(repository.tree_of(tip), message, signature, parents=(main, tip))
