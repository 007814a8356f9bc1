"""The recipes for other forges, git servers, pre-commit, cron and systemd: syntax, and what they run."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mapp.ops.check import pre_receive
from mapp.ops.manage import scaffold
from support.clones import SHIFTED, draft
from support.forges import Forge
from support.pages import ROOT, fences
from support.terminal import mapp

PAGE = ROOT / "docs/how-to/validate-in-ci.md"
FILES = {fence.file: fence.content for fence in fences(PAGE) if fence.file}
HOOKS = {row["id"]: row for row in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
CRON = [fence.content for fence in fences(PAGE) if fence.language == "cron"]

needs_sh = pytest.mark.skipif(os.name == "nt", reason="the recipes run on Linux")


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """Returns a forge whose `main` has a good commit and, after it, a bad one."""
    found = Forge(tmp_path_factory.mktemp("forge"))
    found.commit_app(draft(), "double: first")
    found.commit_app(draft("1.0.1").source(SHIFTED), "double: off by one")
    found.push("origin", "main")
    return found


def run(forge: Forge, script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a job's script, with the `mapp` of this Python and a pip that installs nothing."""
    tools = forge.root / "tools"
    tools.mkdir(exist_ok=True)
    programs = {"mapp": f'#!/bin/sh\nexec "{sys.executable}" -m mapp_cli "$@"\n', "python": "#!/bin/sh\n"}
    for name, text in programs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    known = {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "MAPP_REPOSITORY": f"file://{forge.bare}",
        "MAPP_COMMIT": forge.git("rev-parse", "HEAD"),
    }
    script = script.replace("/tmp/mapp", str(forge.root / f"mapp-{forge.runs}"))
    forge.runs += 1
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **known, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_sh
def test_the_job_for_gitlab_validates_the_pushed_commits(forge: Forge) -> None:
    job = yaml.safe_load(FILES[".gitlab-ci.yml"])["validate"]
    assert str(job["variables"]["GIT_DEPTH"]) == "0"
    folder = forge.checkout("origin/main")
    pushed = {"CI_COMMIT_BEFORE_SHA": forge.git("rev-parse", "HEAD~1"), "CI_COMMIT_BRANCH": "main"}
    done = run(forge, "\n".join([*job["before_script"], *job["script"]]), folder, **pushed)
    assert done.returncode == 8, done.stderr
    assert "1 commits validated, 1 failed" in done.stdout
    assert (folder / job["artifacts"]["reports"]["junit"]).exists()


@needs_sh
def test_the_workflow_for_forgejo_and_gitea_checks_out_and_validates(forge: Forge, tmp_path: Path) -> None:
    steps = yaml.safe_load(FILES[".forgejo/workflows/validate.yml"])["jobs"]["validate"]["steps"]
    assert not [step for step in steps if "uses" in step], "nothing from elsewhere is needed"
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"ref": "refs/heads/main", "before": forge.git("rev-parse", "HEAD~1")}))
    told = {
        "GITHUB_SERVER_URL": f"file://{forge.bare.parent}",
        "GITHUB_REPOSITORY": forge.bare.stem,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": forge.git("rev-parse", "HEAD"),
        "GITHUB_EVENT_PATH": str(event),
        "TOKEN": "secret",
    }
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    done = run(forge, "\n".join(f"({step['run']})" for step in steps), checkout, **told)
    assert done.returncode == 8, done.stderr
    assert "1 commits validated, 1 failed" in done.stdout


def test_the_hook_of_the_server_runs_what_mapp_offers() -> None:
    shebang, command = FILES["pre-receive"].splitlines()
    assert (shebang, command) == ("#!/bin/sh", "exec mapp ci --hook pre-receive")
    assert all(f"`{name.removeprefix('tags/')}`" in PAGE.read_text() for name in pre_receive.USUALLY)


def test_what_a_user_of_pre_commit_writes_names_our_hooks() -> None:
    (repository,) = yaml.safe_load(FILES[".pre-commit-config.yaml"])["repos"]
    assert {row["id"] for row in repository["hooks"]} == HOOKS.keys()
    for row in HOOKS.values():
        assert {"id", "name", "entry", "language"} <= row.keys()
        assert row["language"] == "python" and row["pass_filenames"] is False


@needs_sh
def test_the_hooks_for_pre_commit_pass_a_good_app_and_stop_a_bad_one(
    forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pre-commit runs them: the words of the entry, in the root of the repository."""
    monkeypatch.chdir(forge.work)
    before, after = forge.git("rev-parse", "HEAD~1"), forge.git("rev-parse", "HEAD")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", before)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", after)
    pushing = entry("mapp-ci")
    assert (pushing.code, "1 commits validated, 1 failed" in pushing.out) == (8, True)
    assert entry("mapp-test").code == 8

    changed = re.compile(HOOKS["mapp-test"]["files"])
    app = scaffold.new("greeter", tmp_path)
    made = [path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()]
    assert {name for name in made if not changed.match(name)} == {"README.md", scaffold.WORKFLOW}
    monkeypatch.chdir(app)
    assert entry("mapp-test").code == 0


def entry(hook: str) -> Any:
    program, *words = HOOKS[hook]["entry"].split()
    assert program == "mapp"
    return mapp(*words)


def test_the_lines_for_cron_have_five_fields_and_a_command() -> None:
    (text,) = CRON
    rows = [line for line in text.splitlines() if not re.fullmatch(r"[A-Z]+=\S+", line)]
    assert len(rows) == 2
    for row in rows:
        assert re.fullmatch(r"(?:(?:\*|\d+)(?:/\d+)? ){5}mapp [^%]+", row), row


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(FILES[name])
    return parser


def test_the_units_for_systemd_belong_together(tmp_path: Path) -> None:
    service, timer = unit("mapp-audit.service"), unit("mapp-audit.timer")
    assert set(service.sections()) == {"Unit", "Service"}
    assert set(timer.sections()) == {"Unit", "Timer", "Install"}
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["ExecStart"].split()[0].endswith("/mapp")
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    if (analyze := shutil.which("systemd-analyze")) is not None:
        subprocess.run([analyze, "calendar", timer["Timer"]["OnCalendar"]], check=True)
