"""Opens pull requests and issues with `gh`, where that is installed and the repository is on GitHub."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Final

from mapp.ops.share.publish import Published

_GITHUB: Final = re.compile(r"(?:https|ssh)://(?:[^@/]+@)?github\.com/([^/]+/[^/]+?)(?:\.git)?/?")
_ADDRESS: Final = re.compile(r"https://\S+")
_FORK: Final = re.compile(
    r"https://github\.com/([\w.-]+/[\w.-]+)|\b([\w.-]+/[\w.-]+) already exists|Created fork ([\w.-]+/[\w.-]+)"
)
"""What `gh repo fork` says, depending on its version and on whether the fork is new."""
_PATIENCE: Final = 60
"""Seconds that `gh` may take."""

Tell = Callable[[str], None]


def open_request(done: Published, *, tell: Tell) -> str:
    """Opens a pull request for a submission and returns its address; empty if that is not possible.

    The submission counts without it, so a failure is only told.
    """
    if done.submitted is None:
        return ""
    branch = done.submitted.ref.removeprefix("refs/heads/")
    title = f"{done.plan.release.app.name} {done.plan.version}"
    return pull_request(done.plan.registry.url, branch, title, _body(done), tell=tell)


def pull_request(
    url: str, branch: str, title: str, body: str, *, pushed: str = "", base: str = "main", tell: Tell
) -> str:
    """Opens a pull request for a branch and returns its address; empty if that is not possible.

    `url` is the repository that gets it, `pushed` the one that has the branch if that is another. `base` is
    the branch that it is for. If there is one already, its address is returned. Failures are reported.
    """
    owner = "" if pushed in ("", url) else github_repository(pushed).partition("/")[0]
    head = f"{owner}:{branch}" if owner else branch
    words = ["pr", "create", "--base", base, "--head", head, "--title", title, "--body-file", "-"]
    return _gh(url, words, body, "open a pull request", tell)


def open_issue(url: str, title: str, body: str, *, sign: str, tell: Tell) -> str:
    """Opens an issue and returns its address; empty if that is not possible. Failures are reported.

    If there is an issue with `sign` in its text, which `body` must contain, its address is returned.
    """
    search = [
        "issue",
        "list",
        "--state",
        "all",
        "--search",
        f"{sign} in:body",
        "--json",
        "url",
        "--jq",
        ".[0].url",
    ]
    if known := _gh(url, search, "", "look for an issue", tell):
        return known
    return _gh(url, ["issue", "create", "--title", title, "--body-file", "-"], body, "open an issue", tell)


def fork_repository(url: str, *, tell: Tell) -> str:
    """Forks a repository on GitHub into the person's account, and returns the fork's address.

    If there is a fork already, its address is returned; it is empty if that is not possible. Failures are
    reported.
    """
    program, repository = shutil.which("gh"), github_repository(url)
    if program is None or not repository:
        return ""
    command = [program, "repo", "fork", repository, "--clone=false"]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        tell(f"gh could not fork {repository}: {error}")
        return ""
    found = _FORK.search(f"{ended.stdout}\n{ended.stderr}")
    if ended.returncode != 0 or found is None:
        tell(f"gh could not fork {repository}: {ended.stderr.strip()[:300]}")
        return ""
    name = next(part for part in found.groups() if part).removesuffix(".git")
    return f"ssh://git@github.com/{name}.git" if url.startswith("ssh:") else f"https://github.com/{name}.git"


def can_open(url: str) -> bool:
    """Returns whether a repository is on GitHub and `gh` is installed."""
    return bool(github_repository(url)) and shutil.which("gh") is not None


def github_repository(url: str) -> str:
    """Returns the owner and name of a repository on GitHub; empty if it is elsewhere.

    >>> github_repository("https://github.com/ada/vat.git")
    'ada/vat'
    """
    found = _GITHUB.fullmatch(url)
    return found[1] if found else ""


def _gh(url: str, words: list[str], body: str, doing: str, tell: Tell) -> str:
    program, repository = shutil.which("gh"), github_repository(url)
    if program is None or not repository:
        return ""
    command = [program, *words[:2], "--repo", repository, *words[2:]]
    try:
        ended = subprocess.run(
            command, input=body, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        tell(f"gh could not {doing}: {error}")
        return ""
    if ended.returncode != 0:
        known = _ADDRESS.search(ended.stderr) if "already exists" in ended.stderr else None
        if known is not None:
            return known[0]
        tell(f"gh could not {doing}: {ended.stderr.strip()[:300]}")
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
