"""Rejected patches: what a person or the canary refused is not proposed again for the same failure.

Each is a ref `refs/mapp/rejected/FINGERPRINT/PATCH` of the app's repository. It points to the commit with the
patch, so git keeps the commit, and the memory outlives the journal.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from mapp.git.tree import read_snapshot
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.read import open_repository
from mapp.model.app import SOURCE
from mapp.syntax import tokens_of, tree_of

REJECTED: Final = "refs/mapp/rejected/"
_PLAIN: Final = re.compile(r"v\d+:[0-9a-f]{1,64}")


def patch_id(source: bytes) -> str:
    """Returns the identity of a patched source: the same for sources that differ only in layout.

    >>> patch_id(b"let a = 1; // one") == patch_id(b"let a=1;")
    True
    """
    text = source.decode("utf-8", "replace")
    tree = tree_of(text)
    words = tokens_of(tree) if tree is not None else tuple(text.split())
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:16]


def reject(home: Home, app: str, fingerprint: str, commit: str, *, tell: Tell | None = None) -> None:
    """Remembers that the patch in a commit was rejected for a failure; it can be repeated.

    Raises:
        NotFound: there is no such app or commit.
    """
    with holding(home.holds, app, tell=tell) as abandoned:
        repository = open_repository(home, app)
        repository.sweep(abandoned=abandoned)
        source = read_snapshot(repository, commit).files.get(SOURCE, b"")
        repository.set_ref(f"{_prefix(fingerprint)}{patch_id(source)}", commit)


def rejected(home: Home, app: str, fingerprint: str) -> frozenset[str]:
    """Returns the identities of the patches that were rejected for a failure; see `patch_id`."""
    return frozenset(open_repository(home, app).refs(_prefix(fingerprint)))


def _prefix(fingerprint: str) -> str:
    """Returns the beginning of the refs of a failure; a fingerprint contains a colon, which refs cannot."""
    if _PLAIN.fullmatch(fingerprint):
        return f"{REJECTED}{fingerprint.replace(':', '-')}/"
    return f"{REJECTED}{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}/"
