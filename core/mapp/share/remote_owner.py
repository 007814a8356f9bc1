"""Whose a remote is, as far as its address tells."""

from __future__ import annotations

import re
from typing import Final

_FORGE: Final = re.compile(r"(?:https://|ssh://(?:[^@/]+@)?)([^/@]+)/([^/]+)/[^/]+/?")
_SCP: Final = re.compile(r"(?:[^@/:]+@)?([^/:@]+):([^/]+)/[^/]+/?")


def owner_of(remote: str) -> str:
    """Returns who owns a remote: host and account on a forge, else the whole address.

    >>> owner_of("https://git.example.org/ada/vat.git"), owner_of("git@git.example.org:ada/vat.git")
    ('git.example.org/ada', 'git.example.org/ada')
    >>> owner_of("/srv/git/vat.git")
    '/srv/git/vat.git'
    """
    found = _FORGE.fullmatch(remote) or (None if "://" in remote else _SCP.fullmatch(remote))
    return remote if found is None else f"{found[1].lower()}/{found[2].lower()}"


def same_owner(one: str, other: str) -> bool:
    """Returns whether two remotes belong to the same account of a forge, or are the same."""
    return owner_of(one) == owner_of(other)
