"""The arguments of a call: defaults, order and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.errors import InvalidArguments
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.manifest import Manifest
from mapp.model.values import InvalidValue
from support.apps import app


def test_defaults_are_filled_in_in_the_manifests_order() -> None:
    manifest = app().taking(rate={"type": "number", "default": 20}, note={"type": "string", "optional": True})
    known = Manifest.from_dict(manifest.manifest)

    assert list(with_defaults(known, {"number": 1}).items()) == [("number", 1), ("rate", 20)]
    assert list(with_defaults(known, {"note": "", "number": 1})) == ["number", "rate", "note"]


def test_a_call_leaves_out_arguments_that_have_their_default_value() -> None:
    manifest = app().taking(rate={"type": "number", "default": 20}, note={"type": "string", "optional": True})
    known = Manifest.from_dict(manifest.manifest)

    assert without_defaults(known, {"number": 20, "rate": 20.0, "note": ""}) == {"number": 20, "note": ""}
    assert without_defaults(known, {"number": 1, "rate": 19}) == {"number": 1, "rate": 19}


@pytest.mark.parametrize(
    ("arguments", "path"),
    [({}, ""), ({"number": "1"}, "number"), ({"number": 1, "other": 2}, ""), ({"number": 1001}, "number")],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidArguments) as caught:
        with_defaults(app().read().manifest, arguments)

    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800", {1}])
def test_arguments_that_are_not_i_json_are_refused_before_validation(value: Any) -> None:
    with pytest.raises(InvalidValue):
        with_defaults(app().read().manifest, {"number": value})


def test_what_is_given_precedes_the_default_and_is_not_modified() -> None:
    manifest = app().taking(rate={"type": "number", "default": 20}, note={"type": "string", "optional": True})
    given: dict[str, Any] = {"number": 1, "rate": 0}

    assert with_defaults(Manifest.from_dict(manifest.manifest), given) == {"number": 1, "rate": 0}
    assert with_defaults(Manifest.from_dict(manifest.manifest), {"number": 1})["rate"] == 20
    assert given == {"number": 1, "rate": 0}


def test_every_mistake_is_reported_at_once_with_where_to_look() -> None:
    manifest = Manifest.from_dict(app().taking(rate={"type": "number"}).manifest)
    with pytest.raises(InvalidArguments, match="the arguments do not fit double") as caught:
        with_defaults(manifest, {"number": "1", "rate": "2"})

    assert {problem.path for problem in caught.value.problems} == {"number", "rate"}
    assert caught.value.hint.endswith("mapp show double")
