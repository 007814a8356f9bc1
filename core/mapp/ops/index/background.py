"""Brings the index up to date in a process of its own: `python -m mapp.ops.index.background LIBRARY CACHE`.

What a person says about a run trains the router, which takes a second or two. The command that they gave ends
at once; a request that comes earlier waits for the index as usual.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from mapp.config import load_config
from mapp.library.privacy import private_umask
from mapp.ops.index.refresh import catch_up
from mapp.ops.workspace import Workspace


def refresh_later(workspace: Workspace) -> None:
    """Starts the process; if it cannot be started, the next request builds the index."""
    config = workspace.config
    with contextlib.suppress(OSError):
        start_detached([sys.executable, "-m", __name__, str(config.library), str(config.cache)])


def start_detached(command: Sequence[str], log: IO[bytes] | None = None) -> None:
    """Starts a process that outlives this one and has nothing of it but the log; raises OSError."""
    output = subprocess.DEVNULL if log is None else log
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        close_fds=True,
    )
    process.returncode = 0  # nobody waits for it, and its object does not complain about that


def main(arguments: Sequence[str]) -> int:
    """Brings the index of a library up to date; returns the exit code."""
    library, cache = arguments
    config = replace(load_config(library=Path(library)), cache=Path(cache))
    with private_umask():
        workspace = Workspace(config=config, tell=lambda text: None)
        try:
            catch_up(workspace)
        finally:
            workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
