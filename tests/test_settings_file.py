from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidInput, Problem
from mapp.settings_file import agent_table, as_settings, read_document, write_document


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings/config.toml"


def test_a_document_is_read_as_it_was_written(file: Path) -> None:
    document = {"keep_runs": 5, "starter": False, "coder": {"agent": {"command": ["mine", "ü \\"]}}}

    write_document(file, document)

    assert read_document(file) == document


@pytest.mark.parametrize("path", ["missing.toml", os.devnull])
def test_without_a_file_nothing_is_set(path: str) -> None:
    assert read_document(Path(path)) == {}


@pytest.mark.parametrize("content", [b"keep_runs = ", b"\xff", b"a = [" * 10_000])
def test_a_file_that_is_not_toml_is_an_error_that_names_it(content: bytes, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(content)

    with pytest.raises(InvalidInput, match=r"config\.toml cannot be read"):
        read_document(file)


@pytest.mark.skipif(os.name == "nt", reason="pipes and file modes of POSIX")
def test_a_pipe_is_never_waited_for_and_a_written_file_is_private(file: Path) -> None:
    write_document(file, {"keep_runs": 5})
    assert (file.stat().st_mode | file.parent.stat().st_mode) & 0o077 == 0

    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InvalidInput, match="a named pipe"):
        read_document(file)


@pytest.mark.parametrize(
    ("agent", "settings"),
    [
        ({"command": ["my-agent", "{brief}"]}, {"coder": "agent:my-agent '{brief}'"}),
        ({"command": "my-agent --yes '{brief}'"}, {"coder": "agent:my-agent --yes '{brief}'"}),
        ({"command": ["a b"], "keys": ["ONE", "TWO"]}, {"coder": "agent:'a b'", "coder_keys": "ONE,TWO"}),
        ({"command": ["a"], "keys": [], "price": 0.5}, {"coder": "agent:a", "coder_price": "0.5"}),
    ],
)
def test_the_table_of_an_agent_becomes_settings(agent: dict[str, Any], settings: dict[str, str]) -> None:
    problems: list[Problem] = []
    document = {"keep_runs": 5, "coder": {"agent": agent}}

    assert as_settings(document, problems) == {"keep_runs": 5, **settings}
    assert problems == []
    assert agent_table(document) == agent


@pytest.mark.parametrize(
    ("coder", "path"),
    [
        ({}, "coder"),
        ({"agent": "mine"}, "coder"),
        ({"agent": {"command": ["mine"]}, "other": 1}, "coder"),
        ({"agent": {"command": ["mine"], "colour": "red"}}, "coder"),
        ({"agent": {}}, "coder.agent.command"),
        ({"agent": {"command": []}}, "coder.agent.command"),
        ({"agent": {"command": "mine 'unterminated"}}, "coder.agent.command"),
        ({"agent": {"command": ["mine", 5]}}, "coder.agent.command"),
        ({"agent": {"command": ["mine"], "keys": "ONE"}}, "coder.agent.keys"),
    ],
)
def test_a_mistake_in_the_table_is_named_and_other_settings_stay(coder: dict[str, Any], path: str) -> None:
    problems: list[Problem] = []

    assert as_settings({"keep_runs": 5, "coder": coder}, problems) == {"keep_runs": 5}
    assert [problem.path for problem in problems] == [path]


def test_a_coder_in_one_text_is_no_table() -> None:
    document = {"coder": "agent:mine"}

    assert as_settings(document, []) == document
    assert agent_table(document) is None
