"""Checks the promise of the version rule: "what the rule calls patch or minor accepts every input
the old version accepted and yields outputs the old schema accepts"."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import assume, given, settings

from mapp.model.arguments import with_defaults
from mapp.model.interface import compare, interface_hash
from mapp.model.manifest import Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.model.values import canonical
from mapp.model.version import Level
from mapp.validate.generate.strategies import inputs, values
from support.edited import histories


@settings(max_examples=120)
@given(histories(), st.data())
def test_callers_of_the_old_version_can_call_a_patch_or_minor_with_the_same_meaning(
    versions: tuple[Manifest, Manifest], data: st.DataObject
) -> None:
    old, new = versions
    assume(compare(old, new).level < Level.MAJOR)
    given_by_caller = data.draw(_calls(old))
    before = with_defaults(old, given_by_caller)

    after = with_defaults(new, given_by_caller)

    assert {name: canonical(after[name]) for name in before} == {
        name: canonical(value) for name, value in before.items()
    }


@settings(max_examples=120)
@given(histories(), st.data())
def test_outputs_of_a_patch_or_minor_fit_the_old_schema_except_new_fields(
    versions: tuple[Manifest, Manifest], data: st.DataObject
) -> None:
    old, new = versions
    assume(compare(old, new).level < Level.MAJOR)

    output = data.draw(values(new.output))

    assert is_valid(old.output, without_new_fields(output, old.output, new.output))


@settings(max_examples=120)
@given(histories(3))
def test_two_compatible_changes_are_compatible_together(
    versions: tuple[Manifest, Manifest, Manifest],
) -> None:
    first, second, third = versions
    assume(max(compare(first, second).level, compare(second, third).level) < Level.MAJOR)

    assert compare(first, third).level < Level.MAJOR


@settings(max_examples=120)
@given(histories())
def test_undoing_an_addition_is_a_removal(versions: tuple[Manifest, Manifest]) -> None:
    old, new = versions
    there, back = compare(old, new).level, compare(new, old).level

    if there == Level.MINOR:
        assert back == Level.MAJOR
    if there == back == Level.PATCH:
        assert _same_values(old, new)


@settings(max_examples=120)
@given(histories())
def test_a_wider_capability_is_always_major(versions: tuple[Manifest, Manifest]) -> None:
    old, new = versions

    if _reach(new) - _reach(old):
        assert compare(old, new).level == Level.MAJOR
    reaching = [row for row in compare(old, new).differences if row.path.startswith("capabilities.")]
    assert all(row.level in (Level.PATCH, Level.MAJOR) for row in reaching)
    assert {row.level == Level.MAJOR for row in reaching} <= {bool(_reach(new) - _reach(old)), False}


@given(histories(1))
def test_a_manifest_does_not_differ_from_itself(versions: tuple[Manifest]) -> None:
    assert compare(versions[0], versions[0]).differences == ()


@given(histories())
def test_every_difference_has_a_path_and_a_message(versions: tuple[Manifest, Manifest]) -> None:
    for row in compare(*versions).differences:
        assert row.path.split(".")[0] in ("input", "output", "errors", "capabilities", "limits")
        assert row.message and "None" not in row.message


def _calls(manifest: Manifest) -> st.SearchStrategy[dict[str, Any]]:
    """Returns a strategy for callers' inputs; optional arguments are sometimes left out."""
    optional = {row.name for row in manifest.arguments if not row.required}
    return inputs(manifest).flatmap(
        lambda call: (
            st.sets(st.sampled_from(sorted(optional))).map(
                lambda left: {name: value for name, value in call.items() if name not in left}
            )
            if optional
            else st.just(call)
        )
    )


def without_new_fields(value: Any, old: Schema, new: Schema) -> Any:
    """Returns an output without the fields that only the new schema has."""
    if isinstance(value, list) and old.items is not None and new.items is not None:
        return [without_new_fields(item, old.items, new.items) for item in value]
    if isinstance(value, dict):
        before, after = dict(old.properties), dict(new.properties)
        return {
            name: without_new_fields(item, before[name], after[name]) if name in before else item
            for name, item in value.items()
            if name in before or name not in after
        }
    return value


def _same_values(old: Manifest, new: Manifest) -> bool:
    """Returns whether callers see the same interface; minimum lengths of zero do not count."""
    return interface_hash(old) == interface_hash(new) or _plain(old) == _plain(new)


def _plain(manifest: Manifest) -> str:
    text = canonical([manifest.input_schema.to_dict(), manifest.output.to_dict()])
    return text.replace('"minLength":0,', "").replace('"minItems":0,', "")


def _reach(manifest: Manifest) -> set[tuple[object, ...]]:
    """Returns the list of everything that an app may do."""
    powers = manifest.capabilities
    kilobytes = powers.store.max_kb if powers.store is not None else 0
    tokens = powers.llm.max_tokens if powers.llm is not None else 0
    secrets = [(grant.host, grant.secret.name, grant.secret.header) for grant in powers.http if grant.secret]
    return {
        *((name,) for name in ("clock", "random") if getattr(powers, name)),
        *(("ask", grant.host, method) for grant in powers.http for method in grant.methods),
        *(("secret", *row) for row in secrets),
        *(("kilobyte", number) for number in range(kilobytes)),
        *(("token", number) for number in range(tokens)),
    }
