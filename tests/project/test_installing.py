"""The scaffolded workflow and the action install mapp from a commit, with hashes, never by a bare name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from mapp.distribution import Source, parse_source
from mapp.ops.manage import scaffold
from support import packages
from support.pages import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the steps run on Linux")

ADDRESS = "https://git.example.org/mapp.git"
ACTION = ROOT / ".github/actions/validate/action.yml"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yields the commit of this project that a git server has; its public address leads to loopback."""
    folder = packages.project(tmp_path / "served" / "mapp.git")
    commit = packages.committed(folder)
    with packages.git_server(tmp_path / "served") as url:
        settings = tmp_path / "gitconfig"
        settings.write_text(f'[url "{url}"]\n\tinsteadOf = https://git.example.org/\n')
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
        yield commit


@pytest.fixture
def stranger() -> Iterator[packages.Index]:
    """Yields an index that serves a hostile package for every name, in the version that we pin."""
    with packages.Index(packages.pinned()) as index:
        yield index


@pytest.fixture
def greeter(tmp_path: Path) -> Path:
    """Returns a new app in its own repository."""
    folder = scaffold.new("greeter", tmp_path)
    packages.committed(folder)
    return folder


def steps(text: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(text)
    found = document["runs"] if "runs" in document else document["jobs"]["validate"]
    return [step for step in found["steps"] if "run" in step]


def test_the_workflow_installs_the_commit_and_validates_the_app(
    served: str, stranger: packages.Index, greeter: Path, tmp_path: Path
) -> None:
    tools = packages.environment(tmp_path / "venv", seeing_ours=True)
    install, validate = steps(scaffold.workflow(Source(repository=ADDRESS, commit=served)))

    done = packages.step(
        install["run"],
        cwd=greeter,
        path=tools,
        index=stranger.url,
        RUNNER_TEMP=str(tmp_path),
        **install["env"],
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert not stranger.asked & {"mapp", "mapp-cli"}
    is_ours(tools, tmp_path)
    done = packages.step(validate["run"], cwd=greeter, path=tools, index=stranger.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 commits validated, 0 failed" in done.stdout
    assert (greeter / "mapp.sarif").exists()


def test_the_action_installs_its_own_checkout_and_validates_the_app(
    stranger: packages.Index, greeter: Path, tmp_path: Path
) -> None:
    tools = packages.environment(tmp_path / "venv", seeing_ours=True)
    around = packages.project(tmp_path / "actions" / "mapp")
    install, validate = steps(ACTION.read_text(encoding="utf-8"))

    action = str(around / ".github/actions/validate")
    done = packages.step(
        install["run"], cwd=greeter, path=tools, index=stranger.url, GITHUB_ACTION_PATH=action
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert not stranger.asked & {"mapp", "mapp-cli"}
    is_ours(tools, tmp_path)
    done = packages.step(validate["run"], cwd=greeter, path=tools, index=stranger.url, INPUTS="20")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (greeter / "mapp-junit.xml").exists()


def is_ours(tools: Path, tmp_path: Path) -> None:
    # The new environment has its own copy, not the one that runs these tests.
    where = subprocess.check_output(
        [tools / "python", "-I", "-c", "import mapp, mapp_cli; print(mapp.__file__)"], text=True, cwd=tmp_path
    )
    assert Path(where.strip()).is_relative_to(tools.parent)
    assert subprocess.check_output([tools / "mapp", "--version"], text=True).startswith("mapp 0.")


def test_a_mapp_that_came_from_a_commit_writes_that_commit_into_the_workflow_of_a_new_app(
    served: str, stranger: packages.Index, tmp_path: Path
) -> None:
    tools = packages.environment(tmp_path / "venv", seeing_ours=True)
    script = f"""
        python -m pip install --quiet --no-deps --no-build-isolation "mapp-cli @ git+{ADDRESS}@{served}"
        mapp new greeter
    """

    done = packages.step(script, cwd=tmp_path, path=tools, index=stranger.url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert not stranger.asked
    install = steps((tmp_path / "greeter" / scaffold.WORKFLOW).read_text(encoding="utf-8"))[0]
    assert install["env"] == {"MAPP_REPOSITORY": ADDRESS, "MAPP_COMMIT": served}


def workflow_step(tmp_path: Path, commit: str) -> tuple[str, dict[str, str]]:
    (install, _) = steps(scaffold.workflow(Source(repository=ADDRESS, commit=commit)))
    return install["run"], {"RUNNER_TEMP": str(tmp_path), **install["env"]}


def test_a_dependency_with_another_content_stops_the_workflow(
    served: str, stranger: packages.Index, tmp_path: Path
) -> None:
    tools = packages.environment(tmp_path / "venv", seeing_ours=False)
    script, variables = workflow_step(tmp_path, served)

    done = packages.step(script, cwd=tmp_path, path=tools, index=stranger.url, **variables)

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tools / "mapp").exists()


def test_a_commit_that_the_repository_does_not_have_stops_the_workflow(
    served: str, stranger: packages.Index, tmp_path: Path
) -> None:
    tools = packages.environment(tmp_path / "venv", seeing_ours=True)
    script, variables = workflow_step(tmp_path, "0" * 40)

    done = packages.step(script, cwd=tmp_path, path=tools, index=stranger.url, **variables)

    assert done.returncode != 0
    assert not stranger.asked and not (tools / "mapp").exists()


@pytest.mark.parametrize(
    ("repository", "commit"),
    [
        ("", ""),
        (ADDRESS, "main"),
        (ADDRESS, "v0.1.0"),
        (ADDRESS, "abcdef0"),
        ("--upload-pack=touch here", "a" * 40),
        ("git://git.example.org/mapp.git", "a" * 40),
    ],
)
def test_without_a_whole_commit_the_workflow_says_which_variables_to_set(
    repository: str, commit: str, stranger: packages.Index, tmp_path: Path
) -> None:
    script = steps(scaffold.workflow(None))[0]["run"]

    done = packages.step(
        script,
        cwd=tmp_path,
        path=tmp_path,
        index=stranger.url,
        RUNNER_TEMP=str(tmp_path),
        MAPP_REPOSITORY=repository,
        MAPP_COMMIT=commit,
    )

    assert done.returncode == 2
    assert "MAPP_REPOSITORY" in done.stdout and "MAPP_COMMIT" in done.stdout
    assert not stranger.asked and not list(tmp_path.glob("mapp"))


@pytest.mark.parametrize("text", [ACTION.read_text(encoding="utf-8"), scaffold.workflow(None)])
def test_a_python_file_in_the_checkout_of_an_app_is_not_run(
    text: str, stranger: packages.Index, tmp_path: Path
) -> None:
    checkout, tools = tmp_path / "checkout", tmp_path / "tools"
    for folder in (checkout, tools, tmp_path / "mapp"):
        folder.mkdir()
    (checkout / "pip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (tools / "git").write_text("#!/bin/sh\nexit 0\n")  # the fetched content does not matter here
    (tools / "git").chmod(0o755)
    (tools / "python").symlink_to(sys.executable)
    action = tmp_path / "around/.github/actions/validate"
    action.mkdir(parents=True)

    packages.step(
        steps(text)[0]["run"],
        cwd=checkout,
        path=tools,
        index=stranger.url,
        RUNNER_TEMP=str(tmp_path),
        GITHUB_ACTION_PATH=str(action),
        MAPP_REPOSITORY=ADDRESS,
        MAPP_COMMIT="a" * 40,
    )

    assert not (tmp_path / "ran").exists()


def test_without_a_known_commit_the_workflow_asks_the_forge() -> None:
    install = steps(scaffold.workflow(None))[0]
    assert install["env"] == {
        "MAPP_REPOSITORY": "${{ vars.MAPP_REPOSITORY }}",
        "MAPP_COMMIT": "${{ vars.MAPP_COMMIT }}",
    }


@pytest.mark.parametrize("commit", ["1" * 40, "0" * 40, "1e9" + "0" * 37, "a" * 64])
def test_a_commit_stays_text_in_the_workflow(commit: str) -> None:
    install = steps(scaffold.workflow(Source(repository=ADDRESS, commit=commit)))[0]
    assert install["env"]["MAPP_COMMIT"] == commit


def direct_url(url: object = ADDRESS, commit: object = "a" * 40, vcs: str = "git") -> str:
    return json.dumps({"url": url, "vcs_info": {"vcs": vcs, "commit_id": commit}})


def test_the_commit_is_the_one_that_the_installer_recorded() -> None:
    assert parse_source(direct_url()) == Source(repository=ADDRESS, commit="a" * 40)


@pytest.mark.parametrize(
    "noted",
    [
        None,
        "",
        "[]",
        "{",
        '{"url": "file:///home/ada/mapp", "dir_info": {"editable": true}}',
        '{"url": "https://example.org/mapp.whl", "archive_info": {}}',
        direct_url(vcs="hg"),
        direct_url(url="git@example.org:mapp.git"),
        direct_url(url="ssh://git@example.org/mapp.git"),
        direct_url(url="file:///home/ada/mapp"),
        direct_url(url="https://ada:secret@example.org/mapp.git"),
        direct_url(url="https://example.org/mapp.git\n      evil: true"),
        direct_url(url="https://example.org/$(id)"),
        direct_url(url=["https://example.org/mapp"]),
        direct_url(commit="main"),
        direct_url(commit=7),
        direct_url(commit="a" * 40 + "\n"),
    ],
)
def test_a_source_that_others_cannot_fetch_is_not_recorded(noted: str | None) -> None:
    assert parse_source(noted) is None


@pytest.fixture
def metadata() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _versions(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = re.finditer(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    for row in rows:
        found.setdefault(_normal(row[1]), set()).add(row[2])
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_list_with_hashes_has_every_dependency_in_the_version_that_is_tested(
    metadata: dict[str, Any],
) -> None:
    tested, hashed = _versions(ROOT / "constraints.txt"), _versions(ROOT / "requirements.txt")
    wanted = [*metadata["dependencies"], *metadata["optional-dependencies"]["build"]]

    missing = {_normal(Requirement(text).name) for text in wanted} - hashed.keys()
    assert not missing, "make requirements.txt again: CONTRIBUTING.md has the command"
    different = {name for name, versions in hashed.items() if versions != tested.get(name)}
    assert not different, "make requirements.txt again: CONTRIBUTING.md has the command"


def test_every_line_of_the_list_has_its_hash() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [row for row in text.splitlines() if row.strip() and not row.startswith("#")]
    assert len(rows) > 50
    assert not [row for row in rows if "==" not in row or "--hash=sha256:" not in row]


@pytest.mark.parametrize(
    ("module", "extra"), [("mapp.llm.llama", "local"), ("mapp.index.wordvectors", "wordllama")]
)
def test_a_hint_installs_what_the_extra_would(module: str, extra: str, metadata: dict[str, Any]) -> None:
    import importlib

    assert importlib.import_module(module).REQUIREMENT in metadata["optional-dependencies"][extra]


@pytest.mark.parametrize(
    ("module", "extra"), [("mapp.observe.plots", "plot"), ("mapp.observe.telemetry", "telemetry")]
)
def test_hints_install_the_whole_extra(module: str, extra: str, metadata: dict[str, Any]) -> None:
    import importlib

    required = list(importlib.import_module(module).REQUIREMENTS)
    assert required == metadata["optional-dependencies"][extra]
