from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given

from mapp.model.app import Card, Example
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from mapp.model.schema import Schema
from mapp.model.version import Level, Version
from support.drawn import json_values, manifests, phrases, schemas, versions


def _through_json(document: Any) -> Any:
    return json.loads(json.dumps(document))


@given(schemas())
def test_a_schema_survives_its_document(schema: Schema) -> None:
    assert Schema.from_dict(_through_json(schema.to_dict())) == schema


@given(manifests())
def test_a_manifest_survives_its_document(manifest: Manifest) -> None:
    assert Manifest.from_dict(_through_json(manifest.to_dict())) == manifest


@given(manifests())
def test_a_manifest_survives_toml_if_toml_can_express_it(manifest: Manifest) -> None:
    document = manifest.to_dict()
    if "None" in repr(document):  # TOML has no null
        return
    text = tomli_w.dumps(document)

    assert tomllib.loads(text) == document
    assert Manifest.from_toml(text) == manifest


@given(manifests(), phrases)
def test_a_card_survives_its_document(manifest: Manifest, phrase: Phrase) -> None:
    card = Card(manifest=manifest, phrases=(phrase,))

    assert Card.from_dict(_through_json(card.to_dict())) == card


@given(json_values)
def test_an_example_keeps_its_output(value: Any) -> None:
    assert Example.from_dict({"input": {"a": value}, "output": value}) == Example(
        input=(("a", value),), output=value
    )


@given(versions, versions)
def test_versions_survive_their_text_and_are_ordered_as_numbers(one: Version, other: Version) -> None:
    assert Version.parse(str(one)) == one
    assert (one < other) == ((one.major, one.minor, one.patch) < (other.major, other.minor, other.patch))


@given(versions)
def test_every_bump_is_higher_and_higher_levels_bump_further(version: Version) -> None:
    assert version < version.bumped(Level.PATCH) < version.bumped(Level.MINOR) < version.bumped(Level.MAJOR)


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-rc1", "v1.2.3", "1.2.٣", "1.2.3\n"]
)
def test_an_invalid_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)
