"""Releases that this library has already, for commands that must not use a network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mapp.library.landing import RELEASES
from mapp.library.paths import Home
from mapp.library.stored_releases import repositories_from
from mapp.ops.share.sources import Release
from mapp.share.errors import RemoteFailed
from mapp.share.remote import Access

OFFLINE: Final = "MAPP-0576"


def at_hand(home: Home, release: Release) -> Release:
    """Returns a release with the place in this library that it can be read from without a network.

    Raises:
        RemoteFailed: the library does not have it (MAPP-0576).
    """
    ref = f"{RELEASES}v{release.version}"
    wanted = release.published.commit if release.published is not None else None
    if release.pinned is not None:
        wanted = release.pinned[0]
    for repository in repositories_from(home, release.source, release.name):
        commit = repository.tip(ref)
        if commit is not None and wanted in (None, commit):
            return replace(
                release,
                url=str(repository.path),
                ref=ref,
                access=Access(allow_plain=True),
            )
    raise RemoteFailed(
        f"{release.name or release.source} {release.version} is not in this library, and may not be fetched",
        hint="run the command without --offline",
        code=OFFLINE,
    )
