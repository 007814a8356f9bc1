"""An app from elsewhere answers one request and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapp.library import read
from mapp.share.remote import QUARANTINE
from support.apps import app
from support.library import library, state
from support.sharing import SharedWorld
from support.terminal import mapp

STORE = "function main(input, host) { host.store.set('n', 7); return input.number * 2; }\n"
REQUEST = "double 21"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> SharedWorld:
    """Returns a registry that lists `double`, and `count`, which wants a store."""
    found = SharedWorld(tmp_path_factory.mktemp("world") / "served")
    count = app("count").stating(capabilities={"store": {"max_kb": 1}}).source(STORE)
    for draft in (app("double"), count):
        for number in range(22, 60):
            draft.said(f"double {number}", {"number": number})
        author = found.author(draft.name)
        author.release(draft)
        found.list(author.entry)
    return found


@pytest.fixture
def shared(served: SharedWorld) -> SharedWorld:
    """Returns the registry, added to this test's settings, and a library with another app."""
    library().app("other").build()
    served.use()
    return served


def apart_from_registries(root: Path) -> dict[str, str]:
    return {name: value for name, value in state(root).items() if not name.startswith("registries/")}


@pytest.mark.parametrize("place", ["double", "team:double@1.0.0", "git+file://"])
def test_one_request_is_answered_and_nothing_stays(shared: SharedWorld, place: str) -> None:
    root = shared.workspace.home.root
    before = apart_from_registries(root)
    text = f"git+file://{shared.author('double').path}" if place.startswith("git+") else place

    found = mapp("try", text, REQUEST, "--yes", "--allow-git")

    assert (found.code, found.out.splitlines()[-1]) == (0, "42"), found.err
    assert apart_from_registries(root) == before and read.names(shared.workspace.home) == ("other",)
    assert list(shared.workspace.home.quarantine.iterdir()) == []
    assert mapp("runs", "--json").json["runs"] == []
    assert mapp("operations", "--json").json["operations"][0]["apps"][0]["app"] == "other"


def test_what_it_may_do_needs_consent_and_its_store_is_gone(shared: SharedWorld) -> None:
    refused = mapp("try", "count", REQUEST)
    assert refused.code == 7 and "store" in refused.err
    found = mapp("try", "count", REQUEST, "--yes", "--json").json
    assert found["tried"]["app"] == "count" and found["tried"]["source"].startswith("registry+")
    assert not (shared.workspace.home.root / "stores").exists()


def test_another_request_is_not_answered(shared: SharedWorld) -> None:
    found = mapp("try", "double", "what is the weather in Paris", "--yes")
    assert found.code == 3 and "double 1.0.0 was not run" in found.err


def test_what_a_killed_try_left_is_swept(shared: SharedWorld) -> None:
    folder = shared.workspace.home.quarantine
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    left = folder / f"{QUARANTINE}{child}-0123456789ab"
    left.mkdir(parents=True)
    assert mapp("try", "double", REQUEST, "--yes").code == 0
    assert not left.exists()


@pytest.mark.parametrize("seen", ["by its name", "from an address"])
def test_what_an_advisory_calls_malicious_is_not_tried_from_anywhere(shared: SharedWorld, seen: str) -> None:
    """The registry that warns is one of the person's own; the app comes from its author's address."""
    text = 'advisory = 1\napp = "double"\nseverity = "malicious"\nsummary = "It leaks."\n'
    shared.builder.write({"advisories/double-1.toml": text.encode()})
    shared.write_index()
    assert mapp("search", "--registry", "double").code == 0, "the registry was read"
    place = "team:double" if seen == "by its name" else f"git+file://{shared.author('double').path}"
    try:
        found = mapp("try", place, REQUEST, "--yes", "--allow-git")
    finally:
        shared.builder.files.pop("advisories/double-1.toml")
        shared.builder.write({})
        shared.write_index()
    assert found.code == 6 and "It leaks." in found.err
    assert list(shared.workspace.home.quarantine.iterdir()) == []
    assert list(shared.workspace.home.registries.glob("team-*.git")), "the copy stays when the trial ends"
