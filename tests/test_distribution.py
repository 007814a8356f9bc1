from __future__ import annotations

import json

import pytest

from mapp.distribution import NAME, Source, parse_source, version

COMMIT = "0123456789abcdef" * 2 + "01234567"
URL = "https://git.example.org/ada/mapp.git"


def _record(url: object = URL, commit: object = COMMIT, vcs: str = "git") -> str:
    return json.dumps({"url": url, "vcs_info": {"vcs": vcs, "commit_id": commit}})


def test_the_version_is_that_of_the_installed_distribution() -> None:
    from importlib import metadata

    assert version() == metadata.version(NAME)


def test_a_git_install_names_its_commit() -> None:
    assert parse_source(_record()) == Source(repository=URL, commit=COMMIT)
    assert parse_source(_record(commit="a" * 64)) == Source(repository=URL, commit="a" * 64)


@pytest.mark.parametrize(
    "url",
    [
        "file:///home/ada/mapp",
        "ssh://git@git.example.org/mapp",
        "https://ada:secret@git.example.org/mapp",
        "https://git.example.org/mapp?token=1",
        "https://git.example.org/$(touch pwned)",
        "https://git.example.org/a b",
        7,
    ],
)
def test_an_address_that_is_private_or_unsafe_in_a_shell_is_not_used(url: object) -> None:
    assert parse_source(_record(url=url)) is None


@pytest.mark.parametrize("commit", ["main", "a" * 39, "A" * 40, f"{COMMIT}; true", None])
def test_only_a_full_commit_id_is_used(commit: object) -> None:
    assert parse_source(_record(commit=commit)) is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"url": "https://x/y"}', _record(vcs="hg")])
def test_another_kind_of_install_has_no_source(text: str | None) -> None:
    assert parse_source(text) is None
