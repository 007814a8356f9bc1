"""The table of requests that apps' tests state word for word."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from mapp.model.app import Card
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.model.values import JSONValue
from mapp.route.per_app_table import Verbatim, write_verbatim

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


def test_a_request_with_two_meanings_belongs_to_no_app(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    cards = [("a", card(("go", {}), ("so", {"n": 1}), ("so", {"n": 2}))), ("b", card(("go", {})))]
    write_verbatim(path, cards, ["a", "b"], None)

    assert found(path, "go") is None
    assert found(path, "so") is None


def test_the_same_words_with_another_attachment_are_the_same_request(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    first = Phrase(request="sort it", fits=True, attachment="b\na", arguments=(("text", "b\na"), ("by", "x")))
    second = Phrase(request="sort it", fits=True, attachment="d", arguments=(("text", "d"), ("by", "x")))
    write_verbatim(path, [("a", Card(manifest=MANIFEST, phrases=(first, second)))], ["a"], None)

    assert found(path, "sort it", attachment="z\ny") == ("a", (("by", "x"), ("text", "z\ny")))
    assert found(path, "sort it") is None


def test_an_attachment_that_is_not_an_argument_is_left_to_the_recogniser(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    cards = [
        ("a", card(("sum it", {"numbers": [1, 2]}), attachment="1\n2")),
        ("b", card(("join it", {"one": "x", "other": "x"}), attachment="x")),
    ]
    write_verbatim(path, cards, ["a", "b"], None)

    for text in ("sum it", "join it"):
        assert found(path, text) is None
        assert found(path, text, attachment="1\n2") is None


def test_a_request_with_and_without_an_attachment_belongs_to_no_app(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    attached = Phrase(request="sort it", fits=True, attachment="b", arguments=(("text", "b"),))
    alone = Phrase(request="sort it", fits=True, arguments=(("text", "c"),))
    write_verbatim(path, [("a", Card(manifest=MANIFEST, phrases=(attached, alone)))], ["a"], None)

    assert found(path, "sort it") is None
    assert found(path, "sort it", attachment="z") is None


def test_the_next_generation_copies_what_has_not_changed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    cards = [(name, card((f"do {name}", {}))) for name in ("kept", "changed", "gone")]
    write_verbatim(first, cards, ["kept", "changed", "gone"], None)
    write_verbatim(second, [("changed", card(("do otherwise", {})))], ["kept", "changed"], first)

    assert found(second, "do kept") == ("kept", ())
    assert found(second, "do otherwise") == ("changed", ())
    assert found(second, "do changed") is None and found(second, "do gone") is None
