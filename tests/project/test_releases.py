"""Releases: one changelog, one version, and files built with verified tools."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.packages import git
from support.pages import ROOT

WORKFLOWS = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob(".github/actions/*/action.yml")])
KINDS = ("added", "changed", "fixed", "removed")


def fragments() -> list[Path]:
    return sorted(path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md")


def test_every_fragment_has_a_kind_and_one_paragraph() -> None:
    for path in fragments():
        assert re.fullmatch(rf"[\w-]+\.(?:{'|'.join(KINDS)})\.md", path.name), path.name
        text = path.read_text(encoding="utf-8")
        assert text.strip() and "\n\n" not in text.strip(), path.name
        assert not text.startswith(("- ", "* ", "#")), path.name


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Returns a repository with the files that a release reads."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    for name in (".ci", "changelog.d"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "changelog.d" / "sure.added.md").write_text("Something for the test.\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all of it")
    return folder


def check_release(folder: Path, tag: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", ".ci/check-release", tag], cwd=folder, capture_output=True, text=True, check=False
    )


def version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def test_with_an_assembled_changelog_the_tag_may_be_released(checkout: Path) -> None:
    tag = f"v{version()}"
    waiting = [path.read_text(encoding="utf-8").split("\n")[0] for path in fragments()]

    before = check_release(checkout, tag)
    assert before.returncode == 1

    words = ["--version", version(), "--date", "2027-01-02", "--yes"]
    subprocess.run([sys.executable, "-m", "towncrier", "build", *words], cwd=checkout, check=True)

    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {version()} (2027-01-02)\n" in text
    assert "- Something for the test.\n" in text
    for line in waiting:
        assert text.count(f"- {line.strip()}") == 1
    assert text.index("### Added") < text.index("### Changed") < text.index("### Fixed")
    assert sorted(path.name for path in (checkout / "changelog.d").iterdir()) == [
        "README.md",
        "template.md.jinja",
    ]
    after = check_release(checkout, tag)
    assert (after.returncode, after.stdout) == (0, f"{tag} may be released\n")


@pytest.mark.parametrize("tag", ["v99.0.0", "0.1.0", "main", "v"])
def test_a_tag_that_is_not_the_version_is_refused(tag: str, checkout: Path) -> None:
    found = check_release(checkout, tag)
    assert found.returncode == 1
    assert f"the tag is {tag}" in found.stderr


def test_a_fragment_that_is_not_in_the_changelog_stops_a_release(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text(f"## {version()} (2027-01-02)\n")

    found = check_release(checkout, f"v{version()}")

    assert found.returncode == 1
    assert "changelog.d/sure.added.md" in found.stderr


def jobs(name: str) -> dict[str, dict[str, Any]]:
    text = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["jobs"]
    return found


def test_only_one_job_may_publish_and_it_runs_no_code_of_the_project() -> None:
    may = {name for name, job in jobs("release.yml").items() if "id-token" in job.get("permissions", {})}
    assert may == {"publish"}
    publish = jobs("release.yml")["publish"]
    assert publish["needs"] == "build" and jobs("release.yml")["build"]["needs"] == "check"
    assert publish["environment"]["name"] == "pypi"
    used = [step["uses"].split("@")[0] for step in publish["steps"]]
    assert used == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]
    assert publish["steps"][-1]["with"] == {"attestations": True}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    lines = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_job_declares_its_permissions(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "jobs" in document:
        assert document["permissions"] == {}
        assert all("timeout-minutes" in job and "permissions" in job for job in document["jobs"].values())


def test_the_same_action_is_the_same_commit_everywhere() -> None:
    from mapp.ops.manage import scaffold

    texts = [*(path.read_text(encoding="utf-8") for path in WORKFLOWS), scaffold.workflow(None)]
    pins: dict[str, set[str]] = {}
    for name, commit in re.findall(r"uses: ([\w./-]+)@(\S+)", "\n".join(texts)):
        pins.setdefault(name, set()).add(commit)
    assert pins and all(len(commits) == 1 for commits in pins.values()), pins


def test_a_wheel_has_the_new_name_both_packages_and_no_tests(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").iterdir()
    assert wheel.name == f"mapp_cli-{version()}-py3-none-any.whl"
    import zipfile

    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert top == {"mapp", "mapp_cli", f"mapp_cli-{version()}.dist-info"}
