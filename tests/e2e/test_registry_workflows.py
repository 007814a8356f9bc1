"""The steps of a registry's workflows, run as they are written, with a `gh` that knows one check."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mapp.ops.share.init_registry import template_files
from support.apps import app
from support.library import git
from support.publishing import Story

GH = """#!/bin/sh
case "$2" in
  *{passed}*) echo success ;;
  *) echo failure ;;
esac
"""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "story", clock=[time.time()])  # as the scripts, which are other processes
    story.releases(app("double")).releases(app("triple"))
    for name in ("double", "triple"):
        story.publishes(name, direct=False)
    git(story.folder, "clone", "-q", str(story.registry), "clone")
    yield story
    story.close()


def tip(story: Story, name: str) -> str:
    return story.refs(story.registry)[f"refs/heads/submit/{name}/1.0.0"]


def step(workflow: str, name: str) -> str:
    """Returns the script of a step."""
    text = dict(template_files("team", None))[f".github/workflows/{workflow}.yml"]
    (job,) = yaml.safe_load(text)["jobs"].values()
    return str(next(row["run"] for row in job["steps"] if row.get("name") == name))


def run(story: Story, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as the runner does: `bash -e`, in the clone."""
    tools = story.folder / "tools"
    tools.mkdir(exist_ok=True)
    programs = {
        "mapp": f'#!/bin/sh\nexec "{sys.executable}" -m mapp_cli "$@"\n',
        "gh": GH.format(passed=tip(story, "double") if "double" not in story.now.names() else "nothing"),
    }
    for name, text in programs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    config = story.built.workspace.config
    known = {
        "MAPP_HOME": str(config.library),
        "MAPP_CACHE": str(config.cache),
        "MAPP_CONFIG": str(config.config_file),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tools),
    }
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=story.folder / "clone",
        env={**os.environ, **known, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_submission_is_checked_and_a_label_overrides(story: Story) -> None:
    script = step("check", "Check the submission")
    head = tip(story, "double")
    done = run(story, script, BASE="origin/main", HEAD=head, LABELS='["override: licence"]')
    assert done.returncode == 0, done.stderr
    assert "ok         gate" in done.stderr and "overridden licence" in done.stderr


def test_only_what_passed_is_merged_and_indexed(story: Story) -> None:
    url = f"file://{story.registry}"
    listed = run(story, step("merge", "List the submissions whose check passed"), REPOSITORY="team/registry")
    assert listed.returncode == 0, listed.stderr
    passed = (story.folder / "tools" / "passed").read_text()
    assert passed == f"double/1.0.0@{tip(story, 'double')}\n"

    waiting = run(story, step("merge", "Merge them"), REGISTRY=url)
    assert waiting.returncode == 0 and "double/1.0.0: waiting" in waiting.stdout

    merge = step("merge", "Merge them").replace(" --unattended", "")
    merged = run(story, merge, REGISTRY=url)
    assert merged.returncode == 0, merged.stderr
    assert set(story.now.names()) == {"double"}

    index = run(story, step("index", "Generate the index and verify it"), REGISTRY=url)
    assert index.returncode == 0, index.stderr


def test_every_app_is_checked_again_at_night(story: Story) -> None:
    story.publishes("double")
    git(story.folder / "clone", "pull", "-q", "--ff-only", "origin", "main")
    done = run(story, step("revalidate", "Check every app"), SHARD="1/1")
    assert done.returncode == 0, done.stderr
    assert "ok     double" in done.stderr and "1 entries are valid" in done.stdout
