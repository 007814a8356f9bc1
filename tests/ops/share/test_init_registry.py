from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from mapp.distribution import Source
from mapp.errors import AlreadyExists, UsageError
from mapp.git.repository import Repository
from mapp.ops.share.init_registry import init_registry, template_files
from mapp.share.checks.all_checks import CHECKS
from mapp.share.index_branch import INDEX, verify_index
from mapp.share.policy import Policy
from mapp.share.registry import Registry
from support.library import git
from support.publishing import MAINTAINER

WORKFLOWS = ("check", "merge", "index", "revalidate")


def test_a_new_registry_is_a_clean_working_tree_with_its_index(tmp_path: Path) -> None:
    folder = tmp_path / "My Apps"
    made = init_registry(folder, MAINTAINER)
    assert made.name == "my-apps"
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-parse", "main", "HEAD").split() == [made.commit] * 2
    assert (folder / "policy.toml").is_file() and (folder / ".github/workflows/check.yml").is_file()
    repository = Repository.open(folder / ".git", trusted=True)
    verify_index(repository, index=repository.tip(INDEX), main=repository.tip())
    git(folder, "fsck", "--strict")


def test_a_push_to_it_reaches_the_working_tree(tmp_path: Path) -> None:
    init_registry(tmp_path / "team", MAINTAINER)
    git(tmp_path, "clone", "-q", "team", "clone")
    (tmp_path / "clone" / "note.md").write_text("hello\n")
    git(tmp_path / "clone", "add", ".")
    git(tmp_path / "clone", "-c", "user.name=Mia", "-c", "user.email=m@example.org", "commit", "-qm", "note")
    git(tmp_path / "clone", "push", "-q", "origin", "main")
    assert (tmp_path / "team" / "note.md").read_text() == "hello\n"


def test_a_bare_one_is_what_a_server_keeps(tmp_path: Path) -> None:
    init_registry(tmp_path / "team.git", MAINTAINER, bare=True)
    assert git(tmp_path / "team.git", "config", "core.bare") == "true"
    assert (
        Registry(Repository.open(tmp_path / "team.git"), git(tmp_path / "team.git", "rev-parse", "main"))
        .description()
        .name
        == "team"
    )


def test_the_template_states_the_default_policy(tmp_path: Path) -> None:
    made = init_registry(tmp_path / "team.git", MAINTAINER, bare=True)
    registry = Registry(Repository.open(tmp_path / "team.git"), made.commit)
    assert registry.policy(CHECKS) == Policy()
    assert registry.names() == {}


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "file").write_text("mine")
    with pytest.raises(AlreadyExists, match="is not empty"):
        init_registry(folder, MAINTAINER)
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_a_name_that_no_registry_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        init_registry(tmp_path / "1st", MAINTAINER)


def test_the_workflows_pin_what_they_use_and_may_do_little() -> None:
    files = dict(template_files("team", None))
    for name in WORKFLOWS:
        text = files[f".github/workflows/{name}.yml"].decode()
        document = yaml.safe_load(text)
        assert document["permissions"] == {}
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used)
        for job in document["jobs"].values():
            assert job["permissions"]["contents"] == ("write" if name in ("merge", "index") else "read")
            for step in job["steps"]:
                assert "${{" not in step.get("run", ""), "an expression in a script is an injection"
        assert "secrets." not in text
        assert ("github.token" in text) == (name in ("merge", "index"))
    assert "--no-gate" in files[".github/workflows/merge.yml"].decode()


def test_the_workflows_install_the_mapp_that_made_the_registry() -> None:
    source = Source(repository="https://git.example.org/mapp", commit="a" * 40)
    text = dict(template_files("team", source))[".github/workflows/check.yml"].decode()
    assert f'MAPP_COMMIT: "{"a" * 40}"' in text and "vars." not in text


@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_script_of_a_workflow_is_valid_shell(name: str) -> None:
    text = dict(template_files("team", None))[f".github/workflows/{name}.yml"]
    for job in yaml.safe_load(text)["jobs"].values():
        for step in job["steps"]:
            subprocess.run(["bash", "-n", "-c", step.get("run", "")], check=True)
