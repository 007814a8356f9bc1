from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.share.candidates import MOST, candidates, documents
from mapp.share.entry import Entry
from mapp.share.index_branch import update_index
from support.registries import RegistryBuilder, digest, entry


def saying(name: str, description: str, interface: str = "") -> Entry:
    """Returns an entry with a description, and by default an interface of its own."""
    made = entry(name)
    row = replace(made.versions[0], description=description, interface=f"sha256:{digest(interface or name)}")
    return replace(made, versions=(row,))


@pytest.fixture
def builder(tmp_path: Path) -> RegistryBuilder:
    return RegistryBuilder(tmp_path / "registry.git").commit(
        saying("vat", "Adds value-added tax to a price.", "two numbers"),
        saying("tip", "Splits a restaurant bill among guests.", "two numbers"),
        saying("slugify", "Makes an address of a title."),
        *(saying(f"unit-{n}", f"Converts unit number {n} to another one.") for n in range(10)),
    )


def test_apps_of_the_same_interface_and_of_similar_words_are_candidates(builder: RegistryBuilder) -> None:
    new = saying("tax", "Puts value-added tax on a price of goods.", "two numbers")
    assert candidates(builder.now, new) == ("vat", "tip")
    worded = saying("tax", "Works out the value-added tax of a price.", "three numbers")
    assert candidates(builder.now, worded) == ("vat",)
    assert candidates(builder.now, saying("moon", "Says how full the moon is tonight.")) == ()


def test_the_app_itself_is_no_candidate(builder: RegistryBuilder) -> None:
    assert candidates(builder.now, saying("vat", "Adds value-added tax to a price.", "two numbers")) == (
        "tip",
    )


def test_there_are_few_candidates_however_many_apps_share_an_interface(builder: RegistryBuilder) -> None:
    builder.commit(*(saying(f"any-{n}", f"Does thing {n}.", "two numbers") for n in range(30)))
    new = saying("tax", "Puts value-added tax on a price of goods.", "two numbers")
    found = candidates(builder.now, new)
    assert len(found) == MOST and found[0] == "vat"


def test_the_index_gives_the_same_candidates_as_the_files_also_when_it_is_behind(
    builder: RegistryBuilder,
) -> None:
    new = saying("tax", "Puts value-added tax on a price of goods.", "two numbers")
    update_index(builder.now)
    assert candidates(builder.now, new) == ("vat", "tip")
    builder.commit(saying("levy", "Computes a levy.", "two numbers")).remove("tip")
    indexed = dict(documents(builder.now))
    assert candidates(builder.now, new) == ("vat", "levy")
    assert sorted(indexed) == sorted(builder.now.names())
