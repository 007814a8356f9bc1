"""The child process of `mapp.validate.generate.drawing`: sets its limits, draws, writes lines of JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from mapp.model.manifest import Manifest
from mapp.validate.generate.inputs import draw


def main(job: dict[str, Any]) -> None:
    """Writes the reason why nothing was drawn, "" if something was, then one input a line."""
    _limit(int(job["memory_mb"]) << 20, int(job["seconds"]) + 1)
    manifest = Manifest.from_dict(job["manifest"])
    drawn = draw(manifest, job["count"], seed=job["seed"], examples=job["examples"])
    rows: list[Any] = [{"why": drawn.why}, *drawn.inputs]
    # Not canonical JSON: a whole double must stay a double.
    sys.stdout.write("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def _limit(memory: int, seconds: int) -> None:
    """Limits memory and CPU time if the system can; the parent watches the wall clock."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (least, least))
