"""Runs the `git` executable on other people's repositories, under limits and without the user's settings.

git, not libgit2, does all that reaches a server: it knows credential helpers, ssh agents, proxies and both
protocol versions, and as a child process it can be limited and killed. mapp itself reads everything else.
Why: docs/design/sharing.md.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final

from mapp.config import environment
from mapp.share.address import Address
from mapp.share.credentials import Credential
from mapp.share.errors import RemoteFailed, RemoteRefused

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one exchange with a remote may take."""

    seconds: int = 120
    file_size: int = 64 * MIB
    """The largest file that git may write, in bytes: a pack."""
    memory: int = 1024 * MIB
    """Address space of each process, in bytes; macOS does not enforce it."""
    output: int = 16 * MIB
    """How many bytes of output are read: a list of refs."""
    objects: int = 20_000
    content: int = 256 * MIB
    """The sum of the sizes of all objects, decompressed, in bytes."""


USUAL: Final = Limits()

_PASSED_ON: Final = (
    *("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "USERPROFILE"),
    *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_SSH_VARIANT"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CURL_CA_BUNDLE"),
)
"""The variables that reach git: where programs, keys, proxies and certificates are. No other `GIT_…` does."""

_SETTINGS: Final = {
    "protocol.allow": "never",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.bigFileThreshold": "4m",  # larger files are streamed, not held in memory
    "core.alternateRefsCommand": "true",
    "core.compression": "1",
    "core.fsync": "none",  # what arrives is flushed as a whole before it is made known
    "transfer.fsckObjects": "true",
    "fetch.fsckObjects": "true",
    "transfer.bundleURI": "false",
    "fetch.unpackLimit": "1",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "credential.helper": "",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "pack.threads": "1",
    "index.threads": "1",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
    "push.followTags": "false",
    "safe.bareRepository": "all",
}
_HELPER: Final = (
    '!f() { test "$1" = get || exit 0;'
    ' printf "username=%s\\npassword=%s\\n" "$MAPP_SHARE_USERNAME" "$MAPP_SHARE_PASSWORD"; }; f'
)
_SSH: Final = "ssh -o BatchMode=yes -o ForwardAgent=no -o ClearAllForwardings=yes -o PermitLocalCommand=no"
_LIMITED: Final = (
    "ulimit -c 0; ulimit -f {blocks} || exit 71; ulimit -v {kilobytes} 2>/dev/null; ulimit -t {seconds};"
    ' exec "$@"'
)
_MAX_TALK: Final = 64 * 1024
"""How many bytes of git's messages are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How git ended: its exit code, its output, and the end of what it said."""

    code: int
    output: bytes
    said: str
    timed_out: bool = False
    too_long: bool = False


def run_git(
    words: Sequence[str],
    *,
    repository: Path,
    address: Address,
    objects: Path | str | None = None,
    limits: Limits = USUAL,
    credential: Credential | None = None,
    source: Path | None = None,
) -> Ended:
    """Runs git in a repository that only mapp writes, against one address.

    Args:
        words: the command and its arguments.
        repository: the bare repository that git works in. Its settings and hooks are mapp's own.
        address: the only address whose transport git may use.
        objects: the `objects` folder of another repository, whose objects git may read; several as git
            separates them in `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
        limits: how much it may take; beyond that it is killed.
        credential: what git may send, only to the host and port of the address.
        source: a file that git reads as its standard input.

    Raises:
        RemoteFailed: git is not installed.
    """
    settings = {f"protocol.{address.scheme}.allow": "always"}
    if credential is not None:
        settings[f"credential.{address.origin}.helper"] = _HELPER
    command = [git_program(), "--git-dir", str(repository), *words]
    surroundings = _surroundings(settings, objects, credential)
    with Path(os.devnull if source is None else source).open("rb") as given:
        return _run(_limited(command, limits), surroundings, repository, limits, given)


@cache
def git_program() -> str:
    """Returns the path of git.

    Raises:
        RemoteFailed: it is not installed.
    """
    found = shutil.which("git")
    if found is None:
        raise RemoteFailed("git is not installed", hint="install git 2.31 or newer", code="MAPP-0571")
    return found


def _limited(command: list[str], limits: Limits) -> list[str]:
    """Returns the command under limits; a shell sets them, which is safe in threads, and children inherit."""
    shell = Path("/bin/sh")
    if sys.platform == "win32" or not shell.exists():
        return command
    script = _LIMITED.format(
        blocks=limits.file_size // 512, kilobytes=limits.memory // 1024, seconds=limits.seconds
    )
    return [str(shell), "-c", script, "sh", *command]


def _surroundings(
    settings: Mapping[str, str], objects: Path | str | None, credential: Credential | None
) -> dict[str, str]:
    """Returns git's whole environment."""
    outside = environment()
    known: dict[str, str] = {name: outside[name] for name in _PASSED_ON if name in outside}
    known |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_PROTOCOL_FROM_USER": "1",
    }
    known.setdefault("GIT_SSH_COMMAND", _SSH)
    if objects is not None:
        known["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(objects)
    if credential is not None:
        known |= {"MAPP_SHARE_USERNAME": credential.username, "MAPP_SHARE_PASSWORD": credential.password}
    rows = {**_SETTINGS, **settings}.items()
    known["GIT_CONFIG_COUNT"] = str(len(rows))
    for number, (key, value) in enumerate(rows):
        known |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return known


def _run(
    command: list[str], surroundings: dict[str, str], folder: Path, limits: Limits, given: IO[bytes]
) -> Ended:
    process = subprocess.Popen(
        command,
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        cwd=folder,
        start_new_session=True,
    )
    output, talk = bytearray(), bytearray()
    flooded, timed_out = threading.Event(), threading.Event()

    def read_output() -> None:
        assert process.stdout is not None
        while part := os.read(process.stdout.fileno(), 65536):
            if len(output) + len(part) > limits.output:
                flooded.set()
                _kill(process)
                return
            output.extend(part)

    def read_talk() -> None:
        assert process.stderr is not None
        while part := os.read(process.stderr.fileno(), 65536):
            talk.extend(part)
            del talk[:-_MAX_TALK]

    def stop() -> None:
        timed_out.set()
        _kill(process)

    readers = [threading.Thread(target=read, daemon=True) for read in (read_output, read_talk)]
    for reader in readers:
        reader.start()
    # Waiting with a time limit would poll, and be late by up to 50 ms for each of many short exchanges.
    watchdog = threading.Timer(limits.seconds, stop)
    watchdog.daemon = True
    watchdog.start()
    try:
        process.wait()
    finally:
        watchdog.cancel()
        _kill(process)  # git's own children too, such as ssh
        process.wait()
        for reader in readers:
            reader.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    return Ended(
        code=process.returncode,
        output=bytes(output),
        said=talk.decode("utf-8", "replace"),
        timed_out=timed_out.is_set(),
        too_long=flooded.is_set(),
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kills a process and its group; one that has ended is left alone."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


_AUTHENTICATION: Final = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|terminal prompts disabled"
    r"|returned error: 40[13]|Permission denied \(|Host key verification failed|Invalid credentials"
    r"|Permission to \S+ denied"
)
_MISSING: Final = re.compile(r"couldn't find remote ref ([^\s]+)|no such remote ref ([^\s]+)")
_FSCK: Final = re.compile(
    r"fsck error|error in (?:tree|commit|tag|blob)|object corrupt|index-pack (?:failed|died)"
)


def wants_credentials(ended: Ended) -> bool:
    """Returns whether the server refused because it does not know who asks."""
    return ended.code != 0 and _AUTHENTICATION.search(ended.said) is not None


def missing_ref(ended: Ended) -> str | None:
    """Returns the ref that the remote does not have, if that is why git failed."""
    found = _MISSING.search(ended.said) if ended.code else None
    return None if found is None else found[1] or found[2]


def failure(
    address: Address, what: str, ended: Ended, limits: Limits, *, exceeded: bool = False
) -> RemoteFailed | RemoteRefused:
    """Returns the error for a failed exchange, with what git said, escaped.

    `exceeded` says that a limit was reached, even if git does not say so.
    """
    if ended.timed_out:
        return RemoteFailed(
            f"could not {what} {address}: it took more than {limits.seconds} seconds", code="MAPP-0572"
        )
    last = _last_line(ended.said)
    if exceeded or ended.too_long or _exceeded(ended):
        return RemoteRefused(
            f"could not {what} {address}: it sends more than mapp accepts from a remote"
            + (f" ({last})" if last else ""),
            hint="nothing was changed; the repository is too large, or hostile",
            code="MAPP-0651",
        )
    if wants_credentials(ended):
        return RemoteFailed(
            f"could not {what} {address}: access was denied ({last})",
            hint="store credentials with `git credential approve`, load a key into the ssh agent, or set "
            "MAPP_GIT_CREDENTIALS",
            code="MAPP-0573",
        )
    if _FSCK.search(ended.said):
        return RemoteRefused(
            f"could not {what} {address}: it sends damaged or forbidden objects ({last})",
            hint="nothing was changed; tell the repository's owner",
        )
    return RemoteFailed(f"could not {what} {address}: {last or f'git ended with {ended.code}'}")


def _exceeded(ended: Ended) -> bool:
    """Returns whether a limit of the system ended git: the size of a file, memory or CPU time."""
    return ended.code in (153, 152, -25, -24) or any(
        sign in ended.said
        for sign in (
            "File size limit",
            "File too large",
            "out of memory",
            "Out of memory",
            "signal 25",
            "signal 24",
        )
    )


def _last_line(said: str) -> str:
    """Returns the line that says most about a failure, without control characters."""
    lines = [line.strip() for line in said.replace("\r", "\n").splitlines() if line.strip()]
    told = [
        line for line in lines if line.startswith(("fatal:", "error:", "remote: error", "ERROR"))
    ] or lines
    text = told[0] if told else ""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown[:300]
