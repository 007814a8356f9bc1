"""Many publishers at once, and publishers that are killed: processes of their own, as people run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mapp.git.repository import Repository
from mapp.share.index_branch import INDEX, verify_index
from support.apps import app
from support.library import Built, git
from support.publishing import Story

WORDS = (
    *("anchor", "bridge", "candle", "dragon", "engine", "falcon", "garden", "hammer", "island", "jungle"),
    *("kettle", "ladder", "magnet", "needle", "orchid", "pillow", "quartz", "ribbon", "socket", "temple"),
)
KILLING = """#!/bin/sh
count=$(($(cat "{folder}/count") + 1))
echo $count > "{folder}/count"
if [ $count = {number} ] && [ {when} = before ]; then kill -9 $PPID; exit 1; fi
"{git}" "$@"
code=$?
if [ $count = {number} ]; then kill -9 $PPID; fi
exit $code
"""


def start(story: Story, built: Built, name: str, *more: str, path: str = "") -> subprocess.Popen[str]:
    """Starts `mapp publish` in a process of its own."""
    config = built.workspace.config
    variables = {
        **os.environ,
        "MAPP_HOME": str(config.library),
        "MAPP_CACHE": str(config.cache),
        "MAPP_CONFIG": str(config.config_file),
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"],
    }
    words = ["publish", name, "--to", str(story.registry), "--remote", story.remote(name), "--yes", *more]
    return subprocess.Popen(
        [sys.executable, "-m", "mapp_cli", *words],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def race(story: Story, count: int) -> None:
    libraries = {name: story.library(name) for name in WORDS[:count]}
    for name, built in libraries.items():
        story.releases(app(name), built=built)
        story.remote(name)
    running = [start(story, built, name, "--direct") for name, built in libraries.items()]
    for process in running:
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said
    assert set(story.now.names()) == set(libraries)
    assert git(story.registry, "rev-list", "--count", "main") == str(count + 1)
    ensure_whole(story)


def ensure_whole(story: Story) -> None:
    """Fails unless the index is what `main` gives and every repository is sound."""
    repository = Repository.open(story.registry)
    state = verify_index(repository, index=repository.tip(INDEX), main=repository.tip())
    assert state.source == repository.tip()
    git(story.registry, "fsck", "--strict", "--no-dangling")


def test_three_publishers_at_once_all_end_up_in(tmp_path: Path) -> None:
    race(Story(tmp_path / "story"), 3)


@pytest.mark.sweep
def test_twenty_publishers_at_once_all_end_up_in(tmp_path: Path) -> None:
    race(Story(tmp_path / "story"), 20)


def killed(folder: Path, number: int, when: str) -> bool:
    """Kills a publisher at one of its exchanges, repeats it, and returns whether it was killed."""
    story = Story(folder / "story").releases(app("double"))
    tools = folder / "tools"
    tools.mkdir(parents=True)
    (tools / "count").write_text("0\n")
    program = shutil.which("git")
    assert program is not None
    (tools / "git").write_text(KILLING.format(folder=tools, number=number, when=when, git=program))
    (tools / "git").chmod(0o755)
    process = start(story, story.built, "double", "--direct", path=str(tools))
    process.communicate(timeout=600)
    if process.returncode == 0:
        return False
    main, index = (git(story.registry, "rev-parse", name) for name in ("main", "index"))
    assert index != main
    if story.now.entry("double") is not None:  # what is listed is there
        row, refs = story.entry("double").versions[0], story.refs(story.remote("double"))
        assert refs[f"refs/tags/{row.tag}"] == row.commit
    again = start(story, story.built, "double", "--direct")
    _, said = again.communicate(timeout=600)
    assert again.returncode == 0, said
    assert story.versions("double") == ["1.0.0"]
    ensure_whole(story)
    return True


@pytest.mark.parametrize(("number", "when"), [(6, "after"), (12, "before")])
def test_a_killed_publisher_is_finished_by_running_it_again(tmp_path: Path, number: int, when: str) -> None:
    assert killed(tmp_path, number, when)


@pytest.mark.sweep
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_publisher_can_be_killed_at_every_exchange(tmp_path: Path, when: str) -> None:
    number = 0
    while killed(tmp_path / str(number), number + 1, when):
        number += 1
    assert number > 10
