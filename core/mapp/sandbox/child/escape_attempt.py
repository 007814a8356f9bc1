"""A process that is locked in like a worker and makes one attempt to break out: where there is no `fork`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from mapp.sandbox.child import confinement, escape_probe
else:
    import confinement
    import escape_probe  # started by path, outside any package


def main() -> None:
    """Makes the attempt that the last word names; the exit code says whether it failed."""
    doors = confinement.Confinement()
    doors.settle()
    escape_probe.make(sys.argv[-1], doors)
