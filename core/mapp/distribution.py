"""The Python distribution of mapp: its name, version and source commit.

The command and the import package are `mapp`. On the Python Package Index that name belongs to another
project, so the distribution is called `mapp-cli`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

NAME: Final = "mapp-cli"

# Both are written into a workflow file that a shell reads, so only text that needs no quoting is accepted.
_REPOSITORY: Final = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)+/?")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A commit of a git repository."""

    repository: str  # an https URL without user, password or query
    commit: str  # the full hexadecimal id


@cache
def version() -> str:
    """Returns the version of mapp."""
    from importlib.metadata import version as version_of

    return version_of(NAME)


def source() -> Source | None:
    """Returns the commit that mapp was installed from, or None if it was not installed from git.

    Installers record it in `direct_url.json`:
    https://packaging.python.org/en/latest/specifications/direct-url-data-structure/
    """
    from importlib.metadata import distribution

    return parse_source(distribution(NAME).read_text("direct_url.json"))


def parse_source(direct_url: str | None) -> Source | None:
    """Returns the commit in a `direct_url.json`, or None if it names no publicly fetchable commit.

    >>> vcs_info = {"vcs": "git", "commit_id": "a" * 40}
    >>> parse_source(json.dumps({"url": "https://git.example.org/mapp", "vcs_info": vcs_info}))
    Source(repository='https://git.example.org/mapp', commit='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')
    >>> parse_source('{"url": "file:///home/ada/mapp", "dir_info": {"editable": true}}')
    """
    try:
        record = json.loads(direct_url or "{}")
        repository, commit, vcs = record["url"], record["vcs_info"]["commit_id"], record["vcs_info"]["vcs"]
    except (ValueError, KeyError, TypeError):
        return None
    if vcs != "git" or not isinstance(repository, str) or not isinstance(commit, str):
        return None
    if not _REPOSITORY.fullmatch(repository) or not _COMMIT.fullmatch(commit):
        return None
    return Source(repository=repository, commit=commit)
