"""Searching what registries list, and offering it before an app is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import NotFound
from mapp.ops.share import search_registries as module
from mapp.ops.share.search_registries import Listed, offers, search_registries
from mapp.share.entry import Entry
from support.apps import app
from support.sharing import SharedWorld
from support.terminal import mapp, mapp_at_terminal

ABOUT = {
    "vat": "Adds value-added tax to a net price.",
    "rot13": "Shifts each letter of a text by thirteen places.",
    "moon-phase": "Tells the phase of the moon on a date.",
}


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists three apps, and a library without apps that uses it."""
    found = SharedWorld(tmp_path / "served")
    for name, about in ABOUT.items():
        author = found.author(name)
        author.release(app(name).stating(description=about))
        found.list(author.entry)
    found.use()
    return found


def entry(shared: SharedWorld, name: str) -> Entry:
    found = shared.builder.now.entry(name)
    assert found is not None
    return found


def searched(shared: SharedWorld, text: str, **more: Any) -> tuple[Listed, ...]:
    workspace = shared.workspace
    try:
        return search_registries(workspace, text, **more)
    finally:
        workspace.close()


def offered(shared: SharedWorld, text: str) -> list[str]:
    workspace = shared.workspace
    try:
        return [row.place for row in offers(workspace, text)]
    finally:
        workspace.close()


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("how much is the price with tax", "vat"),
        ("encipher a text by moving its letters", "rot13"),
        ("is it full moon tonight", "moon-phase"),
        ("moon phase", "moon-phase"),
    ],
)
def test_listed_apps_are_found_by_meaning(shared: SharedWorld, text: str, best: str) -> None:
    rows = searched(shared, text)
    assert rows[0].name == best and rows[0].registry == "team" and not rows[0].installed
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    assert len(searched(shared, text, most=1)) == 1


def test_the_same_is_found_by_words_first_in_a_large_registry(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SMALL", 2)
    assert [row.name for row in searched(shared, "the phase of the moon")][:1] == ["moon-phase"]
    assert [row.name for row in searched(shared, "tax")] == ["vat"]


def test_offers_need_no_network_and_leave_out_what_is_installed_or_far(shared: SharedWorld) -> None:
    assert offered(shared, "add value added tax to a price") == [], "the registry was never fetched"
    searched(shared, "tax")
    shared.builder.repository.path.rename(shared.folder / "gone.git")
    assert offered(shared, "add value added tax to a price") == ["team:vat"]
    assert offered(shared, "book me a table for two") == []
    (shared.folder / "gone.git").rename(shared.builder.repository.path)
    shared.install("vat")
    assert offered(shared, "add value added tax to a price") == []
    assert searched(shared, "add value added tax to a price")[0].installed


def test_what_cannot_be_installed_is_not_shown_and_advice_is(shared: SharedWorld) -> None:
    gone = entry(shared, "vat")
    old = entry(shared, "rot13")
    shared.list(
        gone.with_yank(gone.versions[0].version, "wrong rounding"),
        old.with_deprecation(None, "It is no longer kept.", "moon-phase"),
    )
    text = 'advisory = 1\napp = "moon-phase"\nseverity = "malicious"\nsummary = "It leaks."\n'
    shared.builder.write({"advisories/moon-phase-1.toml": text.encode()})
    shared.write_index()
    rows = {row.name: row for row in searched(shared, "tax letters moon")}
    assert set(rows) == {"rot13"}
    assert "no longer kept" in rows["rot13"].note and "team:moon-phase" in rows["rot13"].note
    shown = mapp("search", "--registry", "letters")
    assert "team:rot13" in shown.out and "no longer kept" in shown.err


def test_an_unknown_registry_is_an_error(shared: SharedWorld) -> None:
    with pytest.raises(NotFound, match="there is no registry 'other'"):
        searched(shared, "tax", registry="other")


def test_the_command_searches_one_registry_or_all(shared: SharedWorld) -> None:
    rows = mapp("search", "--in", "team", "--json", "add", "tax").json["apps"]
    assert (rows[0]["app"], rows[0]["registry"], rows[0]["version"]) == ("vat", "team", "1.0.0")
    assert mapp("search", "--registry", "--offline", "add", "tax").out.startswith("team:vat")
    assert mapp("search", "--in", "other", "tax").err.startswith("error: there is no registry")


def test_a_request_that_no_app_does_names_what_is_listed(shared: SharedWorld) -> None:
    searched(shared, "tax")
    answer = mapp("run", "add value added tax to a net price")
    assert answer.code == 3 and "team:vat" in answer.err and "mapp install team:vat" in answer.err
    document = mapp("run", "--json", "add value added tax to a net price")
    assert document.code == 3 and [row["app"] for row in document.json["listed"]] == ["vat"]
    assert mapp("run", "--json", "book me a table for two").json["listed"] == []


def test_a_person_installs_a_listed_app_and_it_answers(shared: SharedWorld) -> None:
    author = shared.author("triple")
    draft = app("triple").stating(description="Triples a whole number.")
    rows = [f'{{"request": "triple {number}", "arguments": {{"number": {number}}}}}' for number in range(40)]
    author.release(draft.file("tests/requests.jsonl", "\n".join(rows) + "\n"))
    shared.list(author.entry)
    searched(shared, "triple")
    no = mapp_at_terminal("run", "triple the number 21", typed="\n")
    assert no.code == 3 and "1  team:triple 1.0.0" in no.err
    yes = mapp_at_terminal("run", "triple the number 21", typed="1\ny\n")
    assert "installed triple 1.0.0" in yes.err
    assert shared.locked("triple").version == "1.0.0"


def test_the_registries_are_asked_before_an_app_is_compiled(shared: SharedWorld) -> None:
    searched(shared, "tax")
    told = mapp("compile", "add value added tax to a net price", "--yes")
    assert told.code != 0 and "mapp install team:vat" in told.err, (
        "without a coder, the listed app is named all the more"
    )
    new = mapp("compile", "--new", "add value added tax to a net price", "--yes")
    assert "team:vat" not in new.err
    taken = mapp_at_terminal("compile", "add value added tax to a net price", typed="1\ny\n")
    assert taken.code == 0 and shared.locked("vat").version == "1.0.0"


def test_a_registry_that_cannot_be_read_is_left_out_and_said(shared: SharedWorld) -> None:
    searched(shared, "tax")
    (copy,) = (shared.workspace.home.registries).glob("*.git")
    for pack in (copy / "objects" / "pack").glob("*.pack"):
        pack.write_bytes(b"damaged")
    for path in shared.workspace.home.registries.glob("*.words.sqlite"):
        path.unlink()
    answer = mapp("run", "add value added tax to a net price")
    assert answer.code == 3 and "the registry team was not searched" in answer.err


def test_removing_a_registry_removes_its_words(shared: SharedWorld) -> None:
    searched(shared, "tax")
    folder = shared.workspace.home.registries
    assert list(folder.glob("*.words.sqlite"))
    assert mapp("registry", "remove", "team").code == 0
    assert list(folder.iterdir()) == []


def test_a_listed_version_with_another_description_replaces_the_old_one(shared: SharedWorld) -> None:
    old = entry(shared, "vat")
    assert searched(shared, "bake a cake", most=1)[0].score < module.LIKELY
    newer = replace(old.versions[0], description="Says how to bake a cake.")
    shared.list(replace(old, versions=(newer,)))
    assert searched(shared, "bake a cake", most=1)[0].name == "vat"
