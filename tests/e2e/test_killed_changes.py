"""A compile or expand killed at one of its writes leaves the old or the new library and pays nothing twice.

The kernel stops the process right before a write, and the test kills it there. By default, a few writes are
tried, spread over the whole change; the sweep tries every one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.killed_change import run
from support.traced import can_trace

PARTS = 20
FEW = 173
"""Every how many writes one is killed: four or five per change."""

pytestmark = pytest.mark.skipif(not can_trace(), reason="processes can be traced on Linux on x86-64 only")


@pytest.mark.parametrize("kind", ["compile", "expand"])
def test_a_change_killed_at_a_write_is_resumed_and_paid_for_once(kind: str, tmp_path: Path) -> None:
    _hold(run(kind, tmp_path, FEW // 3, FEW))


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", ["compile", "expand"])
def test_a_change_killed_at_any_write_is_resumed_and_paid_for_once(
    kind: str, part: int, tmp_path: Path
) -> None:
    _hold(run(kind, tmp_path, part, PARTS))


def _hold(rows: list[dict[str, object]]) -> None:
    assert len(rows) >= 3
    assert sum(bool(row["killed"]) for row in rows) >= len(rows) - 1, "most were reached"
    failed = [f"write {row['number']} ({row['last']}): {row['failed']}" for row in rows if "failed" in row]
    assert not failed, "\n".join(failed)
