"""The errors of remotes and registries."""

from __future__ import annotations

from mapp.errors import IntegrityError, MappError


class RemoteFailed(MappError):
    """A remote repository could not be reached, or it refused the person's credentials."""

    code = "MAPP-0570"
    exit_code = 4


class RemoteRefused(IntegrityError):
    """What a remote sent is damaged, too large, or not what it was before."""

    code = "MAPP-0650"
