"""Confines this process like a worker and makes one attempt to escape. For systems without `fork`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from mapp.sandbox.child import confinement, escape_probe
else:
    import confinement
    import escape_probe  # started by path, outside any package


def main() -> None:
    """Makes the attempt named by the last argument; the exit code says whether it failed."""
    walls = confinement.Confinement()
    walls.settle()
    escape_probe.make(sys.argv[-1], walls)
