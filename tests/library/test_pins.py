from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.errors import NotFound
from mapp.library.lockfile import read_lock
from mapp.library.pins import pin, set_grants, unpin
from support.library import Built, library


@pytest.fixture
def built() -> Built:
    return library().app("double").app("other").build()


def test_pinning_again_keeps_source_and_grants(built: Built) -> None:
    entry = read_lock(built.home.lock_file)["double"]
    pin(built.home, replace(entry, source="https://example.com/double", granted=("store",)))

    pin(built.home, replace(entry, version="2.0.0"))

    again = read_lock(built.home.lock_file)["double"]
    assert (again.version, again.source, again.granted) == (
        "2.0.0",
        "https://example.com/double",
        ("store",),
    )


def test_a_grant_that_is_no_longer_declared_is_dropped(built: Built) -> None:
    set_grants(built.home, "double", ("store", "clock"))
    entry = read_lock(built.home.lock_file)["double"]

    pin(built.home, replace(entry, granted=()), declared=("clock",))

    assert read_lock(built.home.lock_file)["double"].granted == ("clock",)


def test_unpinning_removes_one_entry_and_can_be_repeated(built: Built) -> None:
    unpin(built.home, "double", None)
    unpin(built.home, "double", None)

    assert set(read_lock(built.home.lock_file)) == {"other"}


def test_grants_of_an_app_without_a_pin_are_an_error(built: Built) -> None:
    with pytest.raises(NotFound, match="third is not in"):
        set_grants(built.home, "third", ("clock",))
