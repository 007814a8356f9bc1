"""The table of requests that apps' tests state word for word."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

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


def spelled(path: Path, text: str, app: str) -> object:
    with closing(Verbatim(path)) as known:
        return known.in_any_spelling(Request(text=text), app)


def compiled_for(path: Path, text: str) -> tuple[str, ...]:
    with closing(Verbatim(path)) as known:
        return known.compiled_for(Request(text=text))


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


@pytest.mark.parametrize(
    "typed", ["VAT on 240", "Vat on  240?", "vat ON\n240!", "vat on 240 .", "  Vat on 240… "]
)
def test_within_an_app_capitals_spaces_and_final_punctuation_do_not_matter(
    tmp_path: Path, typed: str
) -> None:
    path = tmp_path / "verbatim.sqlite"
    cards = [(name, card(("vat on 240", {"price": 240}))) for name in ("vat", "other")]
    write_verbatim(path, cards, ["vat", "other"], None)

    assert spelled(path, typed, "vat") == ("vat", (("price", 240),))
    assert spelled(path, typed, "third") is None


@pytest.mark.parametrize(
    ("stated", "arguments", "typed"),
    [
        ("reverse ABC", {"text": "ABC"}, "reverse abc"),
        ("say hello!", {"text": "hello!"}, "say hello"),
        ("bits in 5 MB", {"value": 40_000_000}, "bits in 5 Mb"),
        ("join 'a' and 'B'", {"texts": ["a", "B"]}, "join 'a' and 'b'"),
        ("check x1Y", {"code": {"inner": "x1Y"}}, "check X1y"),
    ],
)
def test_they_matter_in_a_value_and_in_a_unit(
    tmp_path: Path, stated: str, arguments: Said, typed: str
) -> None:
    path = tmp_path / "verbatim.sqlite"
    write_verbatim(path, [("app", card((stated, arguments)))], ["app"], None)

    assert spelled(path, typed, "app") is None
    assert spelled(path, stated, "app") == ("app", tuple(arguments.items()))


def test_the_exact_words_come_before_another_spelling(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    write_verbatim(path, [("a", card(("Go", {"n": 1}), ("go", {"n": 2})))], ["a"], None)

    assert spelled(path, "go", "a") == ("a", (("n", 2),))
    assert spelled(path, "Go ", "a") == ("a", (("n", 1),))
    assert spelled(path, "GO", "a") is None, "two rows fit equally well"


def test_the_apps_compiled_for_a_request_are_found_in_any_spelling(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.sqlite"
    cards = [("a", card()), ("b", card()), ("c", card())]
    compiled = {"a": ["Fold the map, twice."], "b": ["fold THE map,  twice"], "c": ["fold the map"]}
    write_verbatim(path, cards, ["a", "b", "c"], None, compiled.__getitem__)

    assert compiled_for(path, "fold the map, twice!") == ("a", "b")
    assert compiled_for(path, "Fold the map") == ("c",)
    assert compiled_for(path, "fold the map thrice") == () == compiled_for(path, "?!")


def test_what_was_compiled_is_copied_and_replaced_like_the_rest(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    cards = [(name, card()) for name in ("kept", "changed", "gone")]
    write_verbatim(first, cards, ["kept", "changed", "gone"], None, lambda app: [f"do {app}"])
    write_verbatim(second, [("changed", card())], ["kept", "changed"], first, lambda app: ["do it afresh"])

    assert compiled_for(second, "do kept") == ("kept",)
    assert compiled_for(second, "do it afresh") == ("changed",)
    assert compiled_for(second, "do changed") == () == compiled_for(second, "do gone")
