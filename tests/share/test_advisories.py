"""Advisories: which versions they are about, and that one that cannot be read does not hide the others."""

from pathlib import Path

import pytest

from mapp.errors import InvalidInput
from mapp.share.advisories import parse_advisory, read_advisories
from support.registries import RegistryBuilder

GOOD = b"""advisory = 1
app = "vat"
severity = "high"
summary = "Rounds wrongly."
versions = [">=1.0.0, <1.2.1", "=2.0.0"]
fixed = "1.2.1"
"""


@pytest.mark.parametrize(
    ("version", "about"),
    [("1.0.0", True), ("1.2.0", True), ("1.2.1", False), ("0.9.9", False), ("2.0.0", True), ("2.0.1", False)],
)
def test_a_version_in_any_of_the_ranges_is_meant(version: str, about: bool) -> None:
    advisory = parse_advisory(GOOD, "vat-1")
    assert advisory.is_about("vat", version) is about
    assert not advisory.is_about("other", version)


def test_without_ranges_every_version_is_meant_and_content_is_meant_under_any_name() -> None:
    digest = "sha256:" + "a" * 64
    text = f'advisory = 1\napp = "vat"\nseverity = "malicious"\nsummary = "Leaks."\ncontents = ["{digest}"]\n'
    advisory = parse_advisory(text.encode(), "vat-2")
    assert advisory.is_about("vat", "99.0.0")
    assert advisory.is_about("renamed", "1.0.0", digest)
    assert not advisory.is_about("renamed", "1.0.0", "sha256:" + "b" * 64)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"high"', b'"awful"'),
        (b'"vat"', b'"VAT"'),
        (b"Rounds", b"Rounds\\u202e"),
        (b">=1.0.0", b"~1.0"),
        (b'fixed = "1.2.1"', b'fixed = "soon"'),
        (b"advisory = 1", b"advisory = 2"),
        (b"fixed", b"unknown"),
        (b"versions = [", b"versions = [["),
    ],
)
def test_a_malformed_advisory_is_refused(old: bytes, new: bytes) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInput):
        parse_advisory(GOOD.replace(old, new, 1), "vat-1")


def test_a_registrys_advisories_are_read_and_a_bad_one_is_named(tmp_path: Path) -> None:
    builder = RegistryBuilder(tmp_path / "registry.git")
    assert read_advisories(builder.repository, builder.now.commit) == ((), ())
    builder.write(
        {"advisories/vat-1.toml": GOOD, "advisories/bad.toml": b"advisory = [", "advisories/README.md": b"x"}
    )
    found, faults = read_advisories(builder.repository, builder.now.commit)
    assert [row.id for row in found] == ["vat-1"]
    assert len(faults) == 1
    assert "advisories/bad.toml" in faults[0]
