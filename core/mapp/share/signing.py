"""Signatures of releases: tags signed with an SSH key, as `git tag -s` makes them with `gpg.format = ssh`.

`ssh-keygen` makes and verifies them, so keys in files, in an agent and on hardware tokens all work. The
signature is the end of the tag's text. A registry's `trust/allowed_signers` says who may sign; ssh-keygen(1)
describes its format.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mapp.errors import MappError
from mapp.git import loose
from mapp.git.commit import Signature
from mapp.git.repository import Repository, global_setting

FAILED: Final = "MAPP-0863"
_BEGIN: Final = b"-----BEGIN SSH SIGNATURE-----\n"
_NAMESPACE: Final = "git"
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_KEY: Final = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+")
_PATIENCE: Final = 60
"""Seconds that ssh-keygen may take: a person may have to touch a token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedKey:
    """A key that may sign: its fingerprint, and from when to when, in seconds since 1970-01-01 UTC.

    `principals` says for whom, as patterns with commas between them.
    """

    fingerprint: str
    principals: str = "*"
    after: float = float("-inf")
    before: float = float("inf")


def signing_key() -> str | None:
    """Returns the SSH key that git's global configuration signs with, or None: a file, or a public key."""
    if global_setting("gpg.format") != "ssh":
        return None
    found = global_setting("user.signingkey")
    return found.removeprefix("key::") if found else None


def write_signed_tag(
    repository: Repository, tag: str, commit: str, who: Signature, key: str
) -> tuple[str, str]:
    """Writes a signed tag object, without a ref; returns its id and the fingerprint of the key.

    Raises:
        MappError: ssh-keygen could not sign with the key.
    """
    person = f"{who.name} <{who.email}> {who.time} +0000"
    payload = f"object {commit}\ntype commit\ntag {tag}\ntagger {person}\n\n{tag}\n".encode()
    signature = _sign(payload, key)
    found = _fingerprint(payload, signature)
    if found is None:
        raise MappError(f"ssh-keygen made a signature with {key} that it does not accept", code=FAILED)
    return repository.write_object(loose.TAG, payload + signature), found


def sign_statement(payload: bytes, key: str, namespace: str) -> tuple[str, str]:
    """Signs a text that is not a tag; returns the signature in base64 and the fingerprint of the key.

    Raises:
        MappError: ssh-keygen could not sign with the key.
    """
    signature = _sign(payload, key, namespace)
    found = _fingerprint(payload, signature, namespace)
    if found is None:
        raise MappError(f"ssh-keygen made a signature with {key} that it does not accept", code=FAILED)
    lines = signature.decode("ascii").strip().splitlines()[1:-1]
    return "".join(lines), found


def statement_signer(payload: bytes, signature: str, namespace: str) -> str:
    """Returns the fingerprint of the key that signed a text, in this namespace; empty if none validly did."""
    lines = [signature[start : start + 70] for start in range(0, len(signature), 70)]
    armour = _BEGIN + "\n".join([*lines, "-----END SSH SIGNATURE-----", ""]).encode()
    return _fingerprint(payload, armour, namespace) or ""


def fingerprint_of(public_key: str) -> str:
    """Returns the fingerprint of a public key as a `.pub` file has it.

    Raises:
        ValueError: it is not a public key.
    """
    words = public_key.split()
    if len(words) < 2 or not _KEY.fullmatch(words[0]):
        raise ValueError("is not an SSH public key")
    return _digest(words[1])


def _digest(key: str) -> str:
    digest = hashlib.sha256(base64.b64decode(key, validate=True)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def signer_of(repository: Repository, identity: str, commit: str) -> str:
    """Returns the fingerprint of the key that signed a tag on a commit; empty if none validly did."""
    kind, data = repository.raw(identity)
    payload, begin, rest = data.partition(_BEGIN)
    if kind != loose.TAG or not begin or not payload.startswith(b"object %s\n" % commit.encode()):
        return ""
    return _fingerprint(payload, begin + rest) or ""


def allowed_keys(text: str, namespace: str = _NAMESPACE) -> Iterator[AllowedKey]:
    """Yields the keys of an `allowed_signers` file that may sign in a namespace, by default that of git.

    Lines that mean something else are left out. A key without namespaces signs for git only.
    """
    for line in text.splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        place = next((number for number, word in enumerate(words) if _KEY.fullmatch(word)), 0)
        if place == 0 or len(words) <= place + 1:
            continue
        options = dict(option.lower().partition("=")[::2] for option in ",".join(words[1:place]).split(","))
        options.pop("", None)
        if options.keys() - {"namespaces", "valid-after", "valid-before"}:
            continue  # an option that restricts the key in a way that is not checked here
        named = options.get("namespaces", _NAMESPACE)
        if named != namespace and (named != "*" or namespace != _NAMESPACE):
            continue
        try:
            fingerprint = _digest(words[place + 1])
            after, before = (_moment(options.get(name, "")) for name in ("valid-after", "valid-before"))
        except (binascii.Error, ValueError):
            continue
        yield AllowedKey(
            fingerprint=fingerprint,
            principals=words[0],
            after=float("-inf") if after is None else after,
            before=float("inf") if before is None else before,
        )


def _moment(text: str) -> float | None:
    """Returns a time of the file, `YYYYMMDD[HHMM[SS]]` with an optional Z; read as UTC."""
    digits = text.removesuffix("z")
    if not digits:
        return None
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(digits))
    if form is None:
        raise ValueError("is not a time")
    return datetime.strptime(digits, form).replace(tzinfo=UTC).timestamp()


def _sign(payload: bytes, key: str, namespace: str = _NAMESPACE) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mapp-sign-") as folder:
        file = Path(key).expanduser()
        if _KEY.match(key):  # a public key itself: the agent has the other half
            file = Path(folder) / "key.pub"
            file.write_text(key + "\n")
        ended = _run("sign", ["-f", str(file)], payload, namespace)
        if ended is None or ended.returncode != 0 or not ended.stdout.startswith(_BEGIN):
            said = "" if ended is None else ended.stderr.decode("utf-8", "replace").strip()[:200]
            raise MappError(
                f"it could not be signed with {key}: {said or 'ssh-keygen is not installed'}",
                hint="check user.signingkey in your git configuration, or unset gpg.format",
                code=FAILED,
            )
        return ended.stdout


def _fingerprint(payload: bytes, signature: bytes, namespace: str = _NAMESPACE) -> str | None:
    """Returns the fingerprint of the key of a valid signature, or None."""
    with tempfile.TemporaryDirectory(prefix="mapp-sign-") as folder:
        file = Path(folder) / "signature"
        file.write_bytes(signature)
        ended = _run("check-novalidate", ["-s", str(file)], payload, namespace)
    if ended is None or ended.returncode != 0:
        return None
    found = _FINGERPRINT.search(ended.stdout.decode("utf-8", "replace"))
    return None if found is None else found[0]


def _run(
    action: str, words: list[str], payload: bytes, namespace: str
) -> subprocess.CompletedProcess[bytes] | None:
    program = shutil.which("ssh-keygen")
    if program is None:
        return None
    command = [program, "-Y", action, "-n", namespace, *words]
    try:
        return subprocess.run(command, input=payload, capture_output=True, check=False, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return None
