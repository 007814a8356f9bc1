"""Fresh versions of other people's apps wait, and the message says until when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.config import load_config, parse_cooldowns
from mapp.errors import MappError, UsageError
from mapp.model.version import Version
from mapp.ops.share.cooldown import waiting
from mapp.ops.share.install import install
from mapp.ops.share.update import Options, Row, outdated, update
from mapp.ops.workspace import Workspace
from support.apps import app
from support.registries import TIME
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp

DAY = 86_400
NEXT = TIME + 2 * DAY
"""When 1.1.0 is published, two days after 1.0.0."""


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and, two days younger, 1.1.0; new versions wait 3 days."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    assert author.entry is not None
    first, second = author.entry.versions
    found.list(replace(author.entry, versions=(first, replace(second, time=NEXT))))
    found.use()
    monkeypatch.setenv("MAPP_COOLDOWN", "3")
    return found


def at(shared: SharedWorld, now: float, told: list[str] | None = None) -> Workspace:
    workspace = shared.workspace
    workspace.clock = lambda: now
    workspace.tell = (told if told is not None else []).append
    return workspace


def installed(shared: SharedWorld, now: float, text: str = "vat") -> list[str]:
    told: list[str] = []
    workspace = at(shared, now, told)
    try:
        install(workspace, [text], PLAIN)
    finally:
        workspace.close()
    return told


def updated(shared: SharedWorld, now: float) -> Row:
    workspace = at(shared, now)
    try:
        (row,) = update(workspace, (), Options())
        return row
    finally:
        workspace.close()


def test_the_version_before_a_fresh_one_is_installed_and_the_fresh_one_later(shared: SharedWorld) -> None:
    told = installed(shared, TIME + 3 * DAY)
    assert shared.locked("vat").version == "1.0.0"
    assert any("vat 1.1.0 is held back by the cooldown until 2026-12-05 14:00 UTC" in text for text in told)

    row = updated(shared, NEXT + 3 * DAY - 1)
    assert (row.state, row.to, row.error) == ("waiting", "1.0.0", None)
    assert "held back by the cooldown until 2026-12-05 14:00 UTC" in row.reason
    (shown,) = outdated(at(shared, NEXT), ())
    assert shown.state == "waiting"
    assert updated(shared, NEXT + 3 * DAY).state == "updated"
    assert shared.locked("vat").version == "1.1.0"


@pytest.mark.parametrize("text", ["vat", "vat@1.1.0"])
def test_when_only_fresh_versions_fit_nothing_is_installed(shared: SharedWorld, text: str) -> None:
    with pytest.raises(MappError) as refused:
        installed(shared, TIME + DAY, text)
    assert refused.value.code == "MAPP-0206"
    assert refused.value.hint.endswith("mapp config cooldown_apps vat=0")
    assert not shared.workspace.home.repository("vat").exists()


def test_an_exception_for_one_app_counts_for_that_app(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_COOLDOWN_APPS", "other=9, vat=0")
    installed(shared, NEXT)
    assert shared.locked("vat").version == "1.1.0"


def test_what_replaces_a_yanked_version_does_not_wait(shared: SharedWorld) -> None:
    installed(shared, TIME + 3 * DAY)
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(entry.with_yank(Version.parse("1.0.0"), "it rounds wrongly"))
    assert updated(shared, NEXT).state == "updated"


@pytest.mark.usefixtures("without_gate")
def test_a_git_address_waits_by_the_time_of_its_commit(shared: SharedWorld) -> None:
    url = f"git+file://{shared.author('vat').path}"
    born = 1_700_000_000
    with pytest.raises(MappError) as refused:
        installed(shared, born + DAY, url)
    assert refused.value.code == "MAPP-0206"
    installed(shared, born + 3 * DAY, url)
    assert shared.locked("vat").version == "1.1.0"


def test_waiting_ends_to_the_second() -> None:
    config = replace(load_config(), cooldown=1)
    assert waiting(config, "vat", "1.0.0", 0, DAY - 1) is not None
    assert waiting(config, "vat", "1.0.0", 0, DAY) is None


@pytest.mark.parametrize("text", ["vat", "vat=", "=3", "vat=-1", "vat=x", "vat=999999"])
def test_an_exception_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_cooldowns(text)
    assert mapp("config", "cooldown_apps", text).code == 2
