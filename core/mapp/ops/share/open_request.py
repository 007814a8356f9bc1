"""Opens a pull request for a submission with `gh`, where that is installed and the registry is on GitHub."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Final

from mapp.ops.share.publish import Published

_GITHUB: Final = re.compile(r"(?:https|ssh)://(?:[^@/]+@)?github\.com/([^/]+/[^/]+?)(?:\.git)?/?")
_PATIENCE: Final = 60
"""Seconds that `gh` may take."""


def open_request(done: Published, *, tell: Callable[[str], None]) -> str:
    """Opens a pull request and returns its address; empty if that is not possible.

    The submission counts without it, so a failure is only told.
    """
    program, found = shutil.which("gh"), _GITHUB.fullmatch(done.plan.registry.url)
    if program is None or found is None or done.submitted is None:
        return ""
    branch = done.submitted.ref.removeprefix("refs/heads/")
    title = f"{done.plan.release.app.name} {done.plan.version}"
    words = [program, "pr", "create", "--repo", found[1], "--base", "main", "--head", branch]
    words += ["--title", title, "--body", _body(done)]
    try:
        ended = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        tell(f"gh could not open a pull request: {error}")
        return ""
    if ended.returncode != 0:
        tell(f"gh could not open a pull request: {ended.stderr.strip()[:300]}")
        return ""
    return ended.stdout.strip().splitlines()[-1] if ended.stdout.strip() else ""


def _body(done: Published) -> str:
    """Returns the text of the pull request: facts only, no text that the app's author chose."""
    row = done.plan.release.published
    rows = [
        f"- commit `{row.commit}`, tree `{row.tree}`",
        f"- content `{row.content}`",
        f"- interface `{row.interface}`",
        f"- capabilities: {', '.join(f'`{name}`' for name in row.capabilities) or 'none'}",
    ]
    objecting = [result.check for result in done.plan.review.with_status("warned", "overridden")]
    if objecting:
        rows.append(f"- checks that object: {', '.join(f'`{name}`' for name in objecting)}")
    return "\n".join(rows)
