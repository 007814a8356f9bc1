"""The format of a settings file: TOML with one value per setting, or a coding agent as a table.

`[coder.agent]` with `command`, `keys` and `price` says the same as `coder`, `coder_keys` and `coder_price`.
This module knows no other setting: `mapp.config` says which there are and what they may be.
"""

from __future__ import annotations

import os
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidInput, Problem
from mapp.plain_files import read_plain, write_whole

AGENT_TABLE: Final = '[coder.agent] command = ["my-agent", "{brief}"]'
AGENT_SETTINGS: Final = {"coder_keys": "keys", "coder_price": "price"}
"""Settings that the table `[coder.agent]` may contain, and their names there."""


def read_document(path: Path) -> dict[str, Any]:
    """Returns the TOML document of a settings file; empty if there is none.

    Raises:
        InvalidInput: it cannot be read, or is not TOML.
    """
    if str(path) == os.devnull:  # means "no settings"
        return {}
    try:
        return tomllib.loads(read_plain(path, follow=True).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Replaces a settings file atomically; only its owner can read it."""
    import tomli_w

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, tomli_w.dumps(document).encode())


def agent_table(document: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the table `[coder.agent]` of a document, or None."""
    coder = document.get("coder")
    agent = coder.get("agent") if isinstance(coder, dict) else None
    return agent if isinstance(agent, dict) else None


def as_settings(document: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Returns a document with the table `[coder.agent]` turned into plain settings; appends its mistakes."""
    coder = document.get("coder")
    if not isinstance(coder, dict):
        return document
    plain = {name: value for name, value in document.items() if name != "coder"}
    agent = coder.get("agent")
    if (
        set(coder) != {"agent"}
        or not isinstance(agent, dict)
        or not set(agent) <= {"command", "keys", "price"}
    ):
        problems.append(Problem(path="coder", message=f"must be a text, or a table such as {AGENT_TABLE}"))
        return plain
    command, keys, price = agent.get("command"), agent.get("keys", []), agent.get("price")
    if isinstance(command, str):
        command = _split(command)
    if not _words(command) or not command:
        problems.append(
            Problem(path="coder.agent.command", message="must be a list of texts, starting with the program")
        )
        return plain
    if not _words(keys):
        problems.append(Problem(path="coder.agent.keys", message="must be a list of names of keys"))
        return plain
    plain["coder"] = f"agent:{shlex.join(command)}"
    if keys:
        plain["coder_keys"] = ",".join(keys)
    if price is not None:
        plain["coder_price"] = str(price)
    return plain


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an unterminated quote
        return []


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
