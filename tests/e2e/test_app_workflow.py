"""The workflow that `mapp new` writes validates a history of six commits, of which two are bad."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from mapp.distribution import Source
from mapp.ops.manage.scaffold import WORKFLOW, workflow
from support.clones import SHIFTED, draft
from support.forges import Forge

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the steps run on Linux")

NOTHING = "0" * 40
NAMES = ["first", "second", "third", "fourth", "fifth", "sixth"]
BAD = {"third", "fifth"}


@dataclass(frozen=True)
class Ended:
    """How a run of the workflow's step ended, and what it reported about each commit."""

    code: int
    out: str
    verdicts: dict[str, dict[str, bool]]
    """By the commit's short id: each check, and whether it passed."""


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """Returns a forge with six commits on `main`, of which the third and the fifth are wrong."""
    found = Forge(tmp_path_factory.mktemp("forge"))
    found.commit_app(draft(), "first")
    found.commit_app(draft("1.0.1").file("README.md", "Doubles.\n"), "second")
    found.commit_app(draft("1.0.2").source(SHIFTED), "third")
    found.commit_app(draft("1.0.2").file("README.md", "Doubles it.\n"), "fourth")
    found.commit_app(draft("1.0.3").file("tests/examples.jsonl", '{"input": {"number": 1}}\n'), "fifth")
    found.commit_app(draft("1.0.4").file("README.md", "Doubles a number.\n"), "sixth")
    found.push("origin", "main")
    return found


def run(forge: Forge, ref: str, event: dict[str, object], **variables: str) -> Ended:
    """Checks out what the action would, and runs the step that validates."""
    folder = forge.checkout(ref)
    document = forge.root / f"event-{forge.runs}.json"
    document.write_text(json.dumps(event))
    (script,) = (
        step["run"]
        for step in yaml.safe_load(workflow(None))["jobs"]["validate"]["steps"]
        if step.get("run", "").startswith("mapp ")
    )
    home = forge.root / "runner"
    known = {
        "HOME": str(home),
        "MAPP_HOME": str(home / "library"),
        "MAPP_CACHE": str(home / "cache"),
        "MAPP_CONFIG": str(home / "config.toml"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(document),
        "PATH": with_programs(forge, mapp=f'exec "{sys.executable}" -m mapp_cli "$@"'),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **known, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    verdicts = {
        str(suite.get("name")).rpartition("(")[2].rstrip(")"): {
            str(case.get("name")): case.find("failure") is None for case in suite.iter("testcase")
        }
        for suite in suites.iter("testsuite")
    }
    assert json.loads((folder / "mapp.sarif").read_text())["version"] == "2.1.0"
    return Ended(code=done.returncode, out=done.stdout + done.stderr, verdicts=verdicts)


def with_programs(forge: Forge, **programs: str) -> str:
    """Returns a search path on which these scripts come first."""
    tools = forge.root / "tools"
    tools.mkdir(exist_ok=True)
    for name, script in programs.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    return f"{tools}{os.pathsep}{os.environ['PATH']}"


def failed(forge: Forge, ended: Ended) -> dict[str, bool]:
    """Returns for each validated commit, by its subject, whether it failed."""
    return {
        forge.git("log", "-1", "--format=%s", commit): not all(checks.values())
        for commit, checks in ended.verdicts.items()
    }


@pytest.fixture(scope="module")
def first(forge: Forge) -> Ended:
    """Returns how the first push of all six commits ended."""
    return run(forge, "origin/main", {"ref": "refs/heads/main", "before": NOTHING})


def test_a_first_push_names_the_two_bad_commits_of_six(forge: Forge, first: Ended) -> None:
    assert failed(forge, first) == {name: name in BAD for name in NAMES}
    assert first.code == 8 and "6 commits validated, 2 failed" in first.out
    assert "::error file=tests/examples.jsonl" in first.out


@pytest.mark.sweep
def test_a_pull_request_and_a_force_push_name_them_too(forge: Forge, first: Ended) -> None:
    base = forge.git("rev-parse", "HEAD~4")
    elsewhere = {"MAPP_CACHE": str(forge.root / "cache"), "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    pull = run(forge, "origin/main", {"pull_request": {"base": {"sha": base}}}, **elsewhere)
    assert failed(forge, pull) == {name: name in BAD for name in NAMES[2:]}
    assert pull.code == 8
    for commit, checks in pull.verdicts.items():
        same = {name: passed for name, passed in checks.items() if name != "version"}  # that of the range
        assert same.items() <= first.verdicts[commit].items(), "the same on another state of the machine"

    old = forge.git("rev-parse", "HEAD")
    forge.git("reset", "-q", "--hard", "HEAD~4")
    forge.commit_app(draft("1.0.2").source(SHIFTED), "wrong again")
    forge.commit_app(draft("1.0.2").file("README.md", "Twice.\n"), "right again")
    forge.push("--force", "origin", "main")
    forced = run(forge, "origin/main", {"ref": "refs/heads/main", "before": old, "forced": True})
    assert failed(forge, forced) == {
        "first": False,
        "second": False,
        "wrong again": True,
        "right again": False,
    }
    assert forced.code == 8 and "is gone (a force push)" in forced.out


SETTING_UP = "name: python\nruns:\n  using: composite\n  steps:\n    - run: echo\n      shell: bash\n"


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("act") is None, reason="act is not installed")
def test_act_runs_the_whole_workflow_as_a_forge_does(tmp_path: Path) -> None:
    """Every step, on this machine: the checkout is act's own, and pip installs nothing."""
    forge = Forge(tmp_path)
    served = tmp_path / "served"
    forge.git("init", "-q", "-b", "main", str(served))
    (served / "requirements.txt").write_text("")
    forge.git("add", "-A", at=served)
    forge.git("commit", "-q", "-m", "mapp", at=served)
    text = workflow(
        Source(repository="https://git.example.org/served", commit=forge.git("rev-parse", "HEAD", at=served))
    )
    before = forge.commit_app(draft().file(WORKFLOW, text), "first")
    forge.commit_app(draft("1.0.1").file(WORKFLOW, text).source(SHIFTED), "second")
    forge.push("origin", "main")
    (tmp_path / "event.json").write_text(json.dumps({"ref": "refs/heads/main", "before": before}))
    (tmp_path / "gitconfig").write_text(
        f'[url "file://{tmp_path}/"]\n\tinsteadOf = https://git.example.org/\n'
    )
    (tmp_path / "setup").mkdir()
    (tmp_path / "setup/action.yml").write_text(SETTING_UP)
    (setup,) = re.findall(r"uses: (actions/setup-python@\S+)", text)

    path = with_programs(forge, mapp=f'exec "{sys.executable}" -m mapp_cli "$@"', python="exit 0")
    local = ["--no-cache-server", "--action-offline-mode", f"--local-repository={setup}={tmp_path / 'setup'}"]
    done = subprocess.run(
        ["act", "push", "-P", "ubuntu-24.04=-self-hosted", f"--eventpath={tmp_path / 'event.json'}", *local],
        cwd=forge.checkout("origin/main"),
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "PATH": path,
            "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Success - Main Install mapp" in done.stdout, done.stdout + done.stderr
    assert "1 commits validated, 1 failed" in done.stdout and "exit status 8" in done.stdout + done.stderr
