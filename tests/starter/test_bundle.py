from __future__ import annotations

from mapp.model.app import read_app
from mapp.starter import bundle


def test_names_are_sorted_and_name_their_manifests() -> None:
    names = bundle.names()

    assert list(names) == sorted(names)
    assert read_app(bundle.files("vat"), strict=False).name == "vat"


def test_paths_are_relative_with_slashes() -> None:
    files = bundle.files("vat")

    assert {"mapp.toml", "main.js", "tests/examples.jsonl"} <= set(files)


def test_the_computed_digest_is_the_recorded_one() -> None:
    assert bundle.compute_digest() == bundle.digest()


def test_every_bundled_app_has_a_recorded_verdict() -> None:
    assert set(bundle.verdicts()) == set(bundle.names())
