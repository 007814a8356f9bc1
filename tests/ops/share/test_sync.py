"""A project's list of apps, and its lock: everyone gets the same, and consents for themselves."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, InvalidInput, NotFound, PermissionNeeded
from mapp.library.lockfile import read_lock
from mapp.ops.share.install import LockWouldChange, Options
from mapp.ops.share.sync import Synced, sync
from mapp.share.registries import remove_registry
from support.apps import app
from support.sharing import PLAIN, SharedWorld

HTTP = {"http": [{"host": "api.example.com", "methods": ["GET"]}]}


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and 1.1.0."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    found.list(author.entry)
    found.use()
    return found


@pytest.fixture
def project(shared: SharedWorld, tmp_path: Path) -> Path:
    """Returns a project that asks for `vat` 1.x."""
    folder = tmp_path / "project"
    folder.mkdir()
    ask(folder, f'vat = {{ registry = "file://{shared.url}", version = "1" }}')
    return folder


def ask(folder: Path, *rows: str) -> None:
    """Writes a project's list."""
    (folder / "mapp-library.toml").write_text("\n".join(["library = 1", "[apps]", *rows, ""]))


def synced(shared: SharedWorld, project: Path, *, locked: bool = False, options: Options = PLAIN) -> Synced:
    """Syncs the library with the project."""
    workspace = shared.workspace
    try:
        return sync(workspace, project, replace(options, locked=locked))
    finally:
        workspace.close()


def test_a_second_person_gets_what_the_first_one_locked(shared: SharedWorld, project: Path) -> None:
    first = synced(shared, project)
    assert first.to_dict()["changed"] == ["vat"]
    assert first.lock_changed
    locked = read_lock(project / "mapp.lock")
    assert locked["vat"].version == "1.1.0"
    author = shared.author("vat")
    author.entry = shared.builder.now.entry("vat")
    author.release(app("vat").stating(description="Twice."), "1.2.0")
    shared.list(author.entry)
    shutil.rmtree(shared.workspace.home.root)

    second = synced(shared, project, locked=True)

    assert not second.lock_changed
    assert shared.locked("vat").commit == locked["vat"].commit
    assert synced(shared, project, locked=True).to_dict()["changed"] == []


def test_a_lock_that_does_not_fit_the_list_is_told_with_locked(shared: SharedWorld, project: Path) -> None:
    with pytest.raises(LockWouldChange) as refused:
        synced(shared, project, locked=True)
    assert refused.value.exit_code == 5
    synced(shared, project)
    ask(project, f'vat = {{ registry = "file://{shared.url}", version = "1.0.0" }}')
    with pytest.raises(LockWouldChange):
        synced(shared, project, locked=True)
    assert synced(shared, project).lock_changed
    assert shared.locked("vat").version == "1.0.0"


def test_a_registry_that_contradicts_the_projects_lock_is_refused(shared: SharedWorld, project: Path) -> None:
    synced(shared, project)
    text = (project / "mapp.lock").read_text()
    (project / "mapp.lock").write_text(text.replace(shared.locked("vat").commit, "0" * 40))
    with pytest.raises(IntegrityError) as refused:
        synced(shared, project)
    assert refused.value.code == "MAPP-0612"


@pytest.mark.usefixtures("without_gate")
def test_a_projects_lock_grants_nothing(shared: SharedWorld, project: Path) -> None:
    author = shared.author("weather")
    author.release(app("weather").stating(capabilities=HTTP))
    shared.list(author.entry)
    ask(project, f'weather = {{ registry = "file://{shared.url}" }}')
    with pytest.raises(PermissionNeeded) as refused:
        synced(shared, project)
    assert refused.value.hint == "to allow that: mapp sync --yes"
    synced(shared, project, options=replace(PLAIN, yes=True))
    assert shared.locked("weather").granted == ("http:api.example.com",)
    assert read_lock(project / "mapp.lock")["weather"].granted == ()


def test_a_project_cannot_bring_its_own_registry(shared: SharedWorld, project: Path) -> None:
    remove_registry(shared.workspace.config.config_file, "team")
    with pytest.raises(NotFound, match="which you have not added"):
        synced(shared, project)


def test_an_app_from_a_git_address_is_pinned_too(shared: SharedWorld, project: Path) -> None:
    author = shared.author("tax")
    author.release(app("tax"))
    ask(project, f'tax = {{ git = "{author.path}" }}')
    synced(shared, project)
    shutil.rmtree(shared.workspace.home.root)
    author.move_tag("1.0.0", app("tax").stating(description="Else.").files)
    with pytest.raises(IntegrityError, match="the project's lock says") as refused:
        synced(shared, project)
    assert refused.value.code == "MAPP-0612"


def test_other_apps_stay_and_are_named(shared: SharedWorld, project: Path) -> None:
    author = shared.author("other")
    author.release(app("other"))
    shared.list(author.entry)
    shared.install("other")
    assert synced(shared, project).extra == ("other",)
    assert shared.locked("other").version == "1.0.0"


@pytest.mark.parametrize(
    "text",
    [
        "library = 2\n",
        "library = 1\napps = 1\n",
        "library = 1\n[apps]\nvat = 1\n",
        "library = 1\n[apps]\nvat = {}\n",
        'library = 1\n[apps]\nVAT = { git = "https://example.com/x.git" }\n',
        'library = 1\n[apps]\nvat = { git = "ext::sh -c id" }\n',
        'library = 1\n[apps]\nvat = { git = "https://example.com/x.git", version = "latest" }\n',
        'library = 1\n[apps]\nvat = { git = "https://example.com/x.git", command = "id" }\n',
        "library = [\n",
    ],
)
def test_a_malformed_list_is_refused(shared: SharedWorld, project: Path, text: str) -> None:
    (project / "mapp-library.toml").write_text(text)
    with pytest.raises(InvalidInput):
        synced(shared, project)
