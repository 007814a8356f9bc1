"""One opened library: its keys stay secret, and everything that it opened is closed."""

from __future__ import annotations

import importlib
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest

from mapp.config import load_config
from mapp.ops.workspace import Workspace

KEY = "sk-0123456789abcdef"


def test_keys_of_the_person_are_replaced_in_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_WEATHER", KEY)
    text = Workspace(config=load_config()).redact(f"token {KEY}!")
    assert KEY not in text
    assert text.startswith("token ")


def test_without_keys_a_text_is_unchanged() -> None:
    assert Workspace(config=load_config()).redact(f"token {KEY}") == f"token {KEY}"


def test_a_damaged_key_file_does_not_stop_a_command() -> None:
    workspace = Workspace(config=load_config())
    path = workspace.config.config_file.with_name("keys.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")
    assert workspace.redact("text") == "text"


def test_a_closed_workspace_can_be_used_again() -> None:
    workspace = Workspace(config=load_config())
    first = workspace.executor
    workspace.close()
    assert "executor" not in workspace.__dict__
    assert workspace.executor is not first
    workspace.close()


def test_commits_without_a_git_identity_are_made_by_mapp() -> None:
    signature = Workspace(config=load_config(), clock=lambda: 12.9).signature()
    assert (signature.name, signature.email, signature.time) == ("mapp", "mapp@localhost", 12)


@pytest.mark.parametrize("name", ["journal", "embedder", "executor"])
def test_threads_open_a_part_only_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def slowly(*_: object, **__: object) -> object:
        opened.append(name)
        time.sleep(0.05)
        return Mock()

    for module, opener in (
        ("mapp.observe.journal", "Journal"),
        ("mapp.index.embedders", "choose_embedder"),
        ("mapp.sandbox.executors.select", "open_executor"),
    ):
        monkeypatch.setattr(importlib.import_module(module), opener, slowly)
    workspace = Workspace(config=load_config())
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: getattr(workspace, name), range(4)))
    assert opened == [name]
    assert [each is found[0] for each in found] == [True] * 4
