from typing import Any

from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.route.fill.cues import Cues, learn
from mapp.route.fill.fill import Filling, fill


def manifest(arguments: str, name: str = "probe") -> Manifest:
    head = f'manifest = 1\nname = "{name}"\nversion = "1.0.0"\ndescription = "A probe."\nsources = ["none"]\n'
    return Manifest.from_toml(f'{head}{arguments}\n[output]\ntype = "number"\n')


def phrase(request: str, /, **arguments: Any) -> Phrase:
    return Phrase(request=request, fits=True, arguments=tuple(arguments.items()))


def filled(text: str, app: Manifest, cues: Cues) -> Filling:
    return fill(Request(text=text), app, cues)


def rot13_rows() -> list[Phrase]:
    texts = ["Hello World", "meet me at noon", "attack at dawn", "Uryyb", "good morning", "see you soon"]
    frames = [
        "rot13 {}",
        "apply rot13 to {}",
        "what is {} in rot13",
        "please rot13 {} for me",
        "run {} through rot13",
    ]
    return [phrase(frame.format(text), text=text) for text in texts for frame in frames]


def test_the_edges_of_texts_are_learned_from_the_apps_own_requests() -> None:
    app = manifest('[input.text]\ntype = "string"', name="rot13")
    cues = learn(app, rot13_rows())
    assert filled("rot13 the quick brown fox", app, cues).arguments == {"text": "the quick brown fox"}
    assert filled("what is so long in rot13", app, cues).arguments == {"text": "so long"}


def test_an_enum_value_is_learned_from_the_wording() -> None:
    app = manifest('[input.text]\ntype = "string"\n[input.way]\nenum = ["a", "b"]')
    frames = {
        "a": ["scramble '{}'", "make '{}' unreadable", "hide '{}'"],
        "b": ["recover '{}'", "make sense of '{}'"],
    }
    rows = [
        phrase(frame.format(word), text=word, way=way)
        for way, ways in frames.items()
        for frame in ways
        for word in ("kiwi", "plum", "fig", "pear", "lime", "date")
    ]
    cues = learn(app, rows)
    assert filled("hide 'melon'", app, cues).arguments["way"] == "a"
    assert filled("recover 'melon'", app, cues).arguments["way"] == "b"


def test_nothing_is_learned_from_held_back_requests() -> None:
    app = manifest('[input.text]\ntype = "string"', name="rot13")
    rows = rot13_rows()
    kept = [row for row in rows if not row.held_back]
    assert len(kept) < len(rows)
    assert learn(app, rows) == learn(app, kept)


def test_cues_are_the_same_after_a_round_trip_through_json() -> None:
    app = manifest('[input.text]\ntype = "string"', name="rot13")
    cues = learn(app, rot13_rows())
    assert Cues.from_dict(cues.to_dict()) == cues
