"""Sets up a new library: commits the starter apps on first use, identically on every machine."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from mapp.library.migrations import ensure_format
from mapp.library.paths import Home
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain
from mapp.starter import bundle
from mapp.system_errors import HINT, SystemRefused, refused_by_system

Advance = Callable[[int, int], None]
Progress = Callable[[str], AbstractContextManager[Advance]]


@contextlib.contextmanager
def _no_progress(_: str):  # type: ignore[no-untyped-def]  # a generator of one trivial function
    yield lambda done, total: None


def ensure_library(workspace: Workspace, *, progress: Progress = _no_progress) -> tuple[str, ...]:
    """Installs the starter apps that a library lacks, and returns their names.

    Apps that the user removed stay removed; apps that the user changed stay as they are. If it is killed,
    the next call installs the rest.

    Raises:
        LibraryTooNew: a newer mapp wrote the library.
    """
    ensure_format(workspace.home, tell=workspace.tell)
    if not workspace.config.starter:
        return ()
    digest = bundle.digest()
    if _marker(workspace.home).get("digest") == digest:
        return ()
    from mapp.library.locks import holding
    from mapp.ops.manage.starter_apps import install, sweep

    with holding(workspace.home.holds, "setup", tell=workspace.tell) as abandoned:
        marker = _marker(workspace.home)
        if marker.get("digest") == digest:
            return ()
        if abandoned:
            sweep(workspace.home)
        try:
            with progress("Setting up the starter apps") as advance:
                return install(workspace, marker, digest, advance)
        except Exception as error:
            refused = refused_by_system(error)
            if refused is None and not isinstance(error, SystemRefused):
                raise
            raise SystemRefused(
                f"the library {workspace.home.root} could not be set up: {refused or error}", hint=HINT
            ) from None


def _marker(home: Home) -> dict[str, object]:
    try:
        found = json.loads(read_plain(home.starter_marker, follow=True))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
