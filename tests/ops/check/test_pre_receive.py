"""The hook of a git server: real pushes, over a path and git daemon; and which commits a push brings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapp.config import load_config
from mapp.errors import MappError, UsageError
from mapp.ops.check import pre_receive
from mapp.ops.check.pre_receive import RefUpdate, read_updates, validate_received
from mapp.ops.check.pushed_commits import Push
from mapp.ops.workspace import Workspace
from mapp.share.git_process import Limits
from support import git_servers
from support.clones import SHIFTED, Clone, draft
from support.library import git
from support.terminal import mapp

NOTHING = "0" * 40

pytestmark = pytest.mark.skipif(os.name == "nt", reason="hooks need sh")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


def install_hook(server: Path, world: Path, *options: str) -> None:
    """Installs the hook, with a program of this Python in place of `mapp`."""
    words = " ".join(("ci", "--hook", "pre-receive", "--inputs", "5", *options))
    hook = server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mapp_cli {words}\n')
    hook.chmod(0o755)


def push(clone: Clone, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "push", *words], cwd=clone.folder, capture_output=True, text=True, check=False
    )


def test_a_bad_commit_stops_the_whole_push_and_the_pusher_reads_why(
    clone: Clone, tmp_path: Path, world: Path
) -> None:
    served = tmp_path / "served"
    served.mkdir()
    server = git_servers.local(served).create("double.git")
    install_hook(server, world)
    good = clone.commit(draft(), "double: first")
    clone.commit(draft("1.0.1").source(SHIFTED), "double: off by one")
    refused = push(clone, str(server), "main", "HEAD~1:refs/heads/other")
    assert refused.returncode != 0
    for words in (
        "remote: main: a new branch: all commits: 2 to validate",
        "double: off by one",
        "FAILED examples",
        "2 commits validated, 1 failed",
        "nothing was pushed",
        "pre-receive hook declined",
    ):
        assert words in refused.stderr, refused.stderr
    assert not git(server, "for-each-ref"), "git drops the quarantine"
    assert subprocess.run(["git", "-C", server, "cat-file", "-e", good], check=False).returncode != 0

    clone.git("reset", "-q", "--hard", "HEAD~1")
    accepted = push(clone, str(server), "main")
    assert accepted.returncode == 0, accepted.stderr
    assert git(server, "rev-parse", "main") == good


def test_over_git_daemon_only_what_passes_arrives(clone: Clone, tmp_path: Path, world: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with git_servers.daemon(served) as daemon:
        server = daemon.create("double.git")
        clone.commit(draft(), "double: first")
        clone.git("push", "-q", str(server), "main")
        install_hook(server, world)
        clone.commit(draft("1.0.1").file("mapp.toml", "name ="), "double: broken")
        refused = push(clone, daemon.url("double.git"), "main")
        assert refused.returncode != 0 and "double: broken" in refused.stderr
        clone.git("reset", "-q", "--hard", "HEAD~1")
        new = clone.commit(draft("1.0.1").file("README.md", "Doubles.\n"), "double: words")
        accepted = push(clone, daemon.url("double.git"), "main")
        assert accepted.returncode == 0, accepted.stderr
        assert "1 commits validated, 0 failed" in accepted.stderr
        assert git(server, "rev-parse", "main") == new


class Server:
    """A server's repository; what is pushed lies elsewhere, as in a quarantine."""

    def __init__(self, clone: Clone, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clone, self.path = clone, path
        self.planned: list[tuple[str, list[str], str | None]] = []
        git(path.parent, "init", "-q", "--bare", "-b", "main", str(path))
        monkeypatch.setattr(pre_receive, "validate_push", self._plan)

    def _plan(self, workspace: Workspace, repository: Any, push: Push, **_: Any) -> Iterator[Any]:
        name = push.reason.partition(":")[0]
        self.planned.append((name, [row.subject for row in push.commits], push.base))
        yield from ()

    def has(self, ref: str, commit: str) -> None:
        """Puts a commit into the server's repository."""
        self.clone.git("push", "-q", "--force", str(self.path), f"{commit}:{ref}")

    def receives(self, *lines: str, **options: Any) -> list[tuple[str, list[str], str | None]]:
        """Returns the commits that the hook would validate: branch, subjects, base."""
        self.planned.clear()
        quarantine = {
            "GIT_OBJECT_DIRECTORY": str(self.clone.folder / ".git/objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.path / "objects"),
        }
        workspace = Workspace(config=load_config())
        updates = read_updates("".join(f"{line}\n" for line in lines))
        found = validate_received(workspace, self.path, updates, environment=quarantine, **options)
        assert not list(found)
        workspace.close()
        return self.planned


@pytest.fixture
def server(clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(clone, tmp_path / "double.git", monkeypatch)


def commits(clone: Clone, *subjects: str) -> list[str]:
    return [clone.commit(draft().file("README.md", f"{name}\n"), name) for name in subjects]


def test_what_an_unprotected_branch_has_still_counts_as_new(clone: Clone, server: Server) -> None:
    """Otherwise a bad commit would come in by way of another branch."""
    first, second, third = commits(clone, "first", "second", "third")
    server.has("refs/heads/main", first)
    server.has("refs/heads/other", third)
    assert server.receives(f"{first} {third} refs/heads/main") == [("main", ["second", "third"], first)]
    assert server.receives(f"{NOTHING} {third} refs/heads/other") == []
    assert server.receives(f"{NOTHING} {second} refs/heads/release/1", protect=("main", "release/*")) == [
        ("release/1", ["second"], first)
    ]


def test_a_first_push_brings_all_commits(clone: Clone, server: Server) -> None:
    _, second = commits(clone, "first", "second")
    assert server.receives(f"{NOTHING} {second} refs/heads/main") == [("main", ["first", "second"], None)]


def test_a_tag_is_validated_unless_a_protected_branch_has_its_commit(clone: Clone, server: Server) -> None:
    first, second = commits(clone, "first", "second")
    server.has("refs/heads/main", first)
    clone.git("tag", "-a", "-m", "a release", "v1.0.0", second)
    tag = clone.git("rev-parse", "v1.0.0")
    line = f"{NOTHING} {tag} refs/tags/v1.0.0"
    assert server.receives(line) == [("tags/v1.0.0", ["second"], first)]
    assert server.receives(line, f"{first} {second} refs/heads/main") == [("main", ["second"], first)]
    assert server.receives(f"{NOTHING} {tag} refs/tags/other") == []


def test_a_force_push_a_deletion_and_a_moved_release_are_refused(clone: Clone, server: Server) -> None:
    first, second = commits(clone, "first", "second")
    clone.git("reset", "-q", "--hard", first)
    (other,) = commits(clone, "other")
    server.has("refs/heads/main", second)
    forced, deleted = f"{second} {other} refs/heads/main", f"{second} {NOTHING} refs/heads/main"
    moved = f"{first} {second} refs/tags/v1.0.0"
    for line, words in ((forced, "would take 1 commits"), (deleted, "be deleted"), (moved, "be moved")):
        with pytest.raises(MappError, match=words) as refused:
            server.receives(line)
        assert refused.value.code == "MAPP-0870"
    assert server.receives(f"{second} {NOTHING} refs/heads/heal/a1") == []
    assert server.receives(forced, allow_rewrite=True) == [("main", ["other"], second)]
    assert server.receives(deleted, allow_rewrite=True) == []


def test_a_branch_that_is_reset_is_not_an_empty_push(clone: Clone, server: Server) -> None:
    first, second, third = commits(clone, "first", "second", "third")
    server.has("refs/heads/main", third)
    line = f"{third} {second} refs/heads/main"
    assert server.receives(line, allow_rewrite=True) == [("main", ["second"], first)]


def test_a_pack_that_would_fill_memory_is_refused(
    clone: Clone, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pre_receive, "LIMITS", Limits(file_size=64 * 1024))
    (clone.folder / "noise").write_bytes(os.urandom(256 * 1024))
    (new,) = commits(clone, "first")
    with pytest.raises(MappError) as refused:
        server.receives(f"{NOTHING} {new} refs/heads/main")
    assert refused.value.code == "MAPP-0651"


@pytest.mark.parametrize(
    "text",
    ["main\n", f"{NOTHING} {NOTHING}\n", f"{NOTHING} {NOTHING} main\n", f"{NOTHING} HEAD refs/heads/main\n"],
)
def test_what_git_does_not_write_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="standard input has"):
        read_updates(text)


def test_the_lines_of_git_are_read() -> None:
    some = "1" * 40
    found = read_updates(f"{NOTHING} {some} refs/heads/main\n{some} {NOTHING} refs/tags/v1\n")
    assert found == (
        RefUpdate(old=None, new=some, ref="refs/heads/main"),
        RefUpdate(old=some, new=None, ref="refs/tags/v1"),
    )
    assert [row.name for row in found] == ["main", "tags/v1"]


@pytest.mark.parametrize(
    "words", [("--hook", "pre-receive", "--base", "HEAD"), ("--protect", "main"), ("--allow-rewrite",)]
)
def test_options_that_do_not_belong_together_are_refused(words: tuple[str, ...]) -> None:
    assert mapp("ci", *words).code == 2
