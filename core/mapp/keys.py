"""The user's secrets: one private file; the environment takes precedence.

A secret never appears in a command line, an error or a log. `MAPP_KEY_NAME` in the environment is NAME.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mapp.config import environment
from mapp.errors import IntegrityError, MappError, UsageError
from mapp.model.capabilities import is_secret_name
from mapp.plain_files import read_plain, write_whole

PREFIX: Final = "MAPP_KEY_"
MIN_LENGTH: Final = 8
"""Shorter secrets could not be told apart from ordinary text when they are redacted."""
MAX_LENGTH: Final = 8192


class KeyNeeded(MappError):
    """A secret that an app needs is missing."""

    code = "MAPP-0720"
    exit_code = 4

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no key {name}", hint=f"mapp keys set {name}")


def keys_file(config_file: Path) -> Path:
    """Returns the path of the secrets, next to the settings."""
    return config_file.with_name("keys.json")


def key(config_file: Path, name: str) -> str:
    """Returns a secret; raises KeyNeeded if there is none."""
    found = environment().get(PREFIX + name) or _read(keys_file(config_file)).get(name)
    if not found:
        raise KeyNeeded(name)
    return found


def set_key(config_file: Path, name: str, value: str) -> None:
    """Stores a secret.

    Raises:
        UsageError: the name or the value is invalid.
    """
    if not is_secret_name(name):
        raise UsageError(f"{name!r} is not a valid name for a key", hint="names look like EXAMPLE_KEY")
    if not MIN_LENGTH <= len(value) <= MAX_LENGTH or not (value.isascii() and value.isprintable()):
        raise UsageError(f"a key has {MIN_LENGTH} to {MAX_LENGTH} printable ASCII characters")
    _write(keys_file(config_file), {**_read(keys_file(config_file)), name: value})


def remove_key(config_file: Path, name: str) -> None:
    """Deletes a stored secret; raises KeyNeeded if there is none."""
    known = _read(keys_file(config_file))
    if known.pop(name, None) is None:
        raise KeyNeeded(name)
    _write(keys_file(config_file), known)


def known_keys(config_file: Path) -> Mapping[str, str]:
    """Returns all secrets by name, for redacting them from stored text; never show them."""
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environment().items()
        if name.startswith(PREFIX) and len(value) >= MIN_LENGTH
    }
    return {**_read(keys_file(config_file)), **given}


def key_names(config_file: Path) -> Mapping[str, str]:
    """Returns the origin of each secret (name -> `stored` or `environment`), sorted by name."""
    stored = dict.fromkeys(_read(keys_file(config_file)), "stored")
    given = [name.removeprefix(PREFIX) for name in environment() if name.startswith(PREFIX)]
    return dict(sorted({**stored, **dict.fromkeys(given, "environment")}.items()))


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(read_plain(path, follow=True))
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise IntegrityError(
            f"{path} is damaged", hint="move it away, then set the keys again: mapp keys set NAME"
        )
    return found


def _write(path: Path, keys: Mapping[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(keys, indent=1).encode())  # a temporary file of mode 0600, renamed
    path.chmod(0o600)
