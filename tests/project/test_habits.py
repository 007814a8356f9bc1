"""The files for contributors agree: one list of checks, one matrix, one list of pages."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.pages import ROOT, links

YAML = [*ROOT.glob(".github/**/*.yml"), ROOT / ".pre-commit-config.yaml"]


def read(path: str) -> Any:
    text = (ROOT / path).read_text(encoding="utf-8")
    return tomllib.loads(text) if path.endswith(".toml") else yaml.safe_load(text)


def lines_of(path: str) -> list[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_yaml_file_can_be_read(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_commit_hook_runs_the_same_checks_as_ci() -> None:
    hooks = [hook["entry"] for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    for command in lines_of(".ci/lint"):
        tool = command.split()[0]
        assert any(re.search(rf"\b{re.escape(tool)}\b", entry) for entry in hooks), tool


def test_ci_runs_on_three_systems_with_the_oldest_and_the_newest_python() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    matrix = jobs["tests"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}

    project = read("pyproject.toml")["project"]
    oldest, after_newest = re.findall(r"3\.(\d+)", project["requires-python"])
    assert matrix["python"] == [f"3.{oldest}", f"3.{int(after_newest) - 1}"]
    assert "strategy" not in jobs["lint"]


def test_dependency_updates_wait() -> None:
    updates = read(".github/dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "github-actions"}
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)


def test_the_site_lists_the_same_pages_as_the_docs_readme_in_the_same_order() -> None:
    pages: list[str] = []
    for section in read("zensical.toml")["project"]["nav"]:
        for value in section.values():
            pages += [value] if isinstance(value, str) else value
    mapped = [link for link in links(ROOT / "docs/README.md") if link.endswith(".md") and ".." not in link]
    assert pages[0] == "README.md"
    assert sorted(pages[1:]) == sorted(mapped)
    for folder in {page.split("/")[0] for page in mapped}:
        ours = [page for page in pages if page.startswith(f"{folder}/")]
        assert ours == [page for page in mapped if page.startswith(f"{folder}/")]


def test_coverage_has_a_minimum() -> None:
    assert read("pyproject.toml")["tool"]["coverage"]["report"]["fail_under"] >= 82


def test_every_part_of_ci_runs_and_an_unknown_one_is_refused() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    default = re.search(r"\|\| set -- (.*)", script)
    assert default and all(f"\n{part}() {{" in script for part in default[1].split())
    if sys.platform != "win32":
        found = subprocess.run(["bash", ".ci/run", "nothing"], cwd=ROOT, capture_output=True, check=False)
        assert found.returncode == 2


def test_nothing_in_the_site_is_loaded_from_elsewhere() -> None:
    assert read("zensical.toml")["project"]["theme"]["font"] is False
