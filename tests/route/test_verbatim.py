"""Requests that the tests of one app hold word for word: found again, given up where two claim them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from mapp.model.app import Card
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.model.values import JSONValue
from mapp.route.verbatim import Verbatim, write_verbatim

MANIFEST = Manifest.from_toml(
    'manifest = 1\nname = "x"\nversion = "1.0.0"\ndescription = "Y."\n[output]\ntype = "string"\n'
)
Said = Mapping[str, JSONValue]


def card(*rows: tuple[str, Said], near: str = "", attachment: str | None = None) -> Card:
    fits = [
        Phrase(request=text, fits=True, arguments=tuple(given.items()), attachment=attachment)
        for text, given in rows
    ]
    missing = [Phrase(request=near, fits=False)] if near else []
    return Card(manifest=MANIFEST, phrases=(*fits, *missing))


def found(path: Path, text: str, attachment: str | None = None) -> object:
    with closing(Verbatim(path)) as known:
        return known.of(Request(text=text, attachment=attachment))


def test_a_request_is_found_with_its_arguments(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    write_verbatim(path, [("vat", card(("vat on 240", {"price": 240}), near="undo it"))], ["vat"], None)

    assert found(path, " vat on 240\n") == ("vat", (("price", 240),))
    assert found(path, "VAT on 240") is None
    assert found(path, "undo it") is None
    assert found(path, "vat on 240", attachment="text") is None


def test_what_two_apps_claim_or_one_says_in_two_ways_belongs_to_none(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    cards = [("a", card(("go", {}), ("so", {"n": 1}), ("so", {"n": 2}))), ("b", card(("go", {})))]
    write_verbatim(path, cards, ["a", "b"], None)

    assert found(path, "go") is None
    assert found(path, "so") is None


def test_what_comes_with_an_attachment_is_left_to_the_recogniser(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    write_verbatim(path, [("a", card(("sort it", {}), attachment="b\na"))], ["a"], None)

    assert found(path, "sort it") is None


def test_the_next_generation_takes_over_what_has_not_changed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    cards = [(name, card((f"do {name}", {}))) for name in ("kept", "changed", "gone")]
    write_verbatim(first, cards, ["kept", "changed", "gone"], None)
    write_verbatim(second, [("changed", card(("do otherwise", {})))], ["kept", "changed"], first)

    assert found(second, "do kept") == ("kept", ())
    assert found(second, "do otherwise") == ("changed", ())
    assert found(second, "do changed") is None and found(second, "do gone") is None
