"""Credentials for remotes: from the environment or from git's credential helpers, bound to one host.

ssh has its own: the agent and the keys in `~/.ssh`.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from mapp.config import environment
from mapp.share.address import Address

VARIABLE: Final = "MAPP_GIT_CREDENTIALS"
_SECONDS: Final = 30
_MAX_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """A user name and a password or token for one host. The password is not shown by `repr`."""

    username: str
    password: str = field(repr=False)
    stored: bool = False
    """Whether a helper of git gave it, which then hears whether it worked."""


def find_credential(address: Address, git: str) -> Credential | None:
    """Returns the credential for an address, or None; http and https only.

    `MAPP_GIT_CREDENTIALS` holds URLs such as `https://user:token@git.example.com`, separated by spaces; one
    counts only for exactly its scheme, host and port. Otherwise `git credential fill` is asked, with the
    user's own settings, but without a prompt.
    """
    if address.scheme not in ("https", "http"):
        return None
    return _from_environment(address) or _from_helper(address, git)


def _from_environment(address: Address) -> Credential | None:
    for text in environment().get(VARIABLE, "").split():
        try:
            parts = urlsplit(text)
            host = parts.netloc.rpartition("@")[2].lower()
        except ValueError:
            continue
        if f"{parts.scheme}://{host}" == address.origin and parts.password is not None:
            return _checked(unquote(parts.username or ""), unquote(parts.password), stored=False)
    return None


def _from_helper(address: Address, git: str) -> Credential | None:
    answer = _ask_git(git, "fill", f"{_described(address)}\n")
    rows = dict(line.partition("=")[::2] for line in answer.splitlines())
    if rows.get("host") != address.host or rows.get("protocol") != address.scheme:
        return None
    return _checked(rows.get("username", ""), rows.get("password", ""), stored=True)


def report(address: Address, git: str, credential: Credential, *, worked: bool) -> None:
    """Tells the helper that gave a credential whether it worked, so that it keeps or forgets it."""
    if credential.stored:
        who = f"username={credential.username}\npassword={credential.password}\n"
        _ask_git(git, "approve" if worked else "reject", f"{_described(address)}{who}\n")


def _described(address: Address) -> str:
    return f"protocol={address.scheme}\nhost={address.host}\npath={address.path.lstrip('/')}\n"


def _ask_git(git: str, command: str, question: str) -> str:
    surroundings = {**environment(), "GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        surroundings.pop(name, None)
    try:
        done = subprocess.run(
            [git, "credential", command],
            input=question.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            cwd="/",  # no settings of the repository in the current folder
            timeout=_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout[:_MAX_ANSWER].decode("utf-8", "replace") if done.returncode == 0 else ""


def _checked(username: str, password: str, *, stored: bool) -> Credential | None:
    """Returns the credential, unless a line break in it could add lines to git's protocol."""
    if not password or any(c in "\r\n\0" for c in username + password):
        return None
    return Credential(username=username, password=password, stored=stored)
