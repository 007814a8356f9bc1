"""The names of an app's refs in its remote: a repository of its own, or one that several apps share.

                own repository              shared repository
    branch      refs/heads/main             refs/heads/vat/main
    release     refs/tags/v1.2.0            refs/tags/vat/v1.2.0
    verdicts    refs/notes/mapp/verdicts    refs/notes/vat/mapp/verdicts
    proposal    refs/heads/heal/…           refs/heads/vat/heal/…

A registry's entry says which of the two by the tags of its versions. All of an app's versions have the same
form, and the prefix is the app's own name, so an entry cannot lead to another app's refs. In a library each
app has a repository of its own, and its refs have no prefix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapp.git.notes import VERDICTS
from mapp.git.repository import MAIN
from mapp.model.version import Version

HEADS, TAGS, NOTES = "refs/heads/", "refs/tags/", "refs/notes/"
_TAKEN: Final = ("main", "index", "submit")
"""Branches of a registry, which may be in the same repository; git has no `main/main` beside `main`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppRefs:
    """The names of an app's refs; `prefix` is empty, or the app's name and a slash."""

    prefix: str = ""

    @property
    def main(self) -> str:
        """Returns the full name of the branch that has the app's history."""
        return f"{HEADS}{self.branch(MAIN.removeprefix(HEADS))}"

    @property
    def verdicts(self) -> str:
        """Returns the full name of the notes with the verdicts."""
        return f"{NOTES}{self.prefix}{VERDICTS.removeprefix(NOTES)}"

    @property
    def tags(self) -> str:
        """Returns a pattern for the full names of all releases; see `mapp.share.remote.ls_remote`."""
        return f"{TAGS}{self.prefix}v*"

    def tag(self, version: Version | str) -> str:
        """Returns the tag of a release.

        >>> AppRefs().tag("1.2.0"), shared_refs("vat").tag("1.2.0")
        ('v1.2.0', 'vat/v1.2.0')
        """
        return f"{self.prefix}v{version}"

    def branch(self, name: str) -> str:
        """Returns a branch, such as `heal/…` or `vat/heal/…`."""
        return f"{self.prefix}{name}"


OWN: Final = AppRefs()
"""The names in a repository that holds one app."""


def shared_refs(name: str) -> AppRefs:
    """Returns the names of an app's refs in a repository that other apps share."""
    return AppRefs(prefix=f"{name}/")


def refs_of(tag: str) -> AppRefs:
    """Returns the names that go with the tag of a release; `tag_fault` has checked it.

    >>> refs_of("vat/v1.2.0").main, refs_of("v1.2.0").main
    ('refs/heads/vat/main', 'refs/heads/main')
    """
    name, slash, _ = tag.rpartition("/")
    return AppRefs(prefix=name + slash)


def version_of(tag: str) -> str:
    """Returns the version that the tag of a release names.

    >>> version_of("vat/v1.2.0"), version_of("v1.2.0")
    ('1.2.0', '1.2.0')
    """
    return tag.rpartition("/")[2].removeprefix("v")


def tag_fault(tag: str, name: str, version: Version) -> str:
    """Returns what is wrong with the tag that an entry gives a version of an app, or "".

    >>> tag_fault("tax/v1.2.0", "vat", Version.parse("1.2.0"))
    'must be v1.2.0, or vat/v1.2.0 in a repository that several apps share'
    """
    own, shared = OWN.tag(version), shared_refs(name).tag(version)
    if tag not in (own, shared):
        return f"must be {own}, or {shared} in a repository that several apps share"
    return shared_fault(name) if tag == shared else ""


def shared_fault(name: str) -> str:
    """Returns why an app cannot be in a repository that several apps share, or "".

    >>> shared_fault("vat"), shared_fault("main")
    ('', 'is of an app called main, which needs a repository of its own')
    """
    return f"is of an app called {name}, which needs a repository of its own" if name in _TAKEN else ""
