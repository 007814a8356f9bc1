from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.errors import InvalidInput
from mapp.model.version import Version
from mapp.share.app_refs import OWN, shared_refs
from mapp.share.entry import Entry, entry_path, parse_entry, parse_line, remote_fault, time_text
from support.registries import entry, published


def changed(old: str, new: str) -> bytes:
    text = entry("vat").to_toml().decode()
    assert old in text
    return text.replace(old, new).encode()


def problems(data: bytes) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_entry(data)
    return [str(row) for row in caught.value.problems] or [caught.value.message]


def test_a_file_and_an_index_line_hold_the_same_entry() -> None:
    one = entry("vat", "1.0.0", "1.1.0").with_yank(Version.parse("1.0.0"), "wrong rounding")
    assert parse_entry(one.to_toml()) == one
    assert parse_line(one.to_line()) == one
    assert tomllib.loads(one.to_toml().decode()) == json.loads(one.to_line()) == one.to_dict()


def test_tags_with_the_apps_name_say_that_its_remote_holds_other_apps() -> None:
    one = entry("vat", "1.0.0")
    row = replace(one.versions[0], tag="vat/v1.0.0")
    shared = replace(one, versions=(row,))
    assert parse_entry(shared.to_toml()) == parse_line(shared.to_line()) == shared
    assert (one.refs, shared.refs) == (OWN, shared_refs("vat"))
    assert (shared.refs.main, shared.refs.verdicts) == (
        "refs/heads/vat/main",
        "refs/notes/vat/mapp/verdicts",
    )


@pytest.mark.parametrize("read", ["file", "line"])
def test_one_entry_does_not_have_tags_of_both_forms(read: str) -> None:
    one = entry("vat", "1.0.0")
    both = one.with_version(replace(published("1.1.0"), tag="vat/v1.1.0"))
    with pytest.raises(InvalidInput) as caught:
        parse_entry(both.to_toml()) if read == "file" else parse_line(both.to_line())
    assert [row.path for row in caught.value.problems] == ["version"]


@pytest.mark.parametrize("name", ["main", "index", "submit"])
def test_no_shared_tag_is_of_an_app_called_like_a_branch_of_a_registry(name: str) -> None:
    one = entry(name, "1.0.0")
    shared = replace(one, versions=(replace(one.versions[0], tag=f"{name}/v1.0.0"),))
    with pytest.raises(InvalidInput, match="needs a repository of its own"):
        parse_line(shared.to_line())


def test_a_new_version_only_adds_lines_at_the_end_of_the_file() -> None:
    one = entry("vat", "1.0.0")
    two = one.with_version(published("1.1.0"))
    assert two.to_toml().startswith(one.to_toml())


def test_the_latest_version_is_the_highest_that_is_not_yanked() -> None:
    one = entry("vat", "1.9.0", "1.10.0", "1.8.5")
    assert one.latest is not None and str(one.latest.version) == "1.10.0"
    yanked = one.with_yank(Version.parse("1.10.0"), "leaks")
    assert yanked.latest is not None and str(yanked.latest.version) == "1.9.0"
    assert yanked.version(Version.parse("1.10.0")) is not None


def test_an_entry_whose_versions_are_all_yanked_has_no_latest_one() -> None:
    assert entry("vat", "1.0.0").with_yank(Version.parse("1.0.0"), "leaks").latest is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "vat"', 'name = "VAT"', "name: is not a name"),
        ('name = "vat"', 'title = "vat"', "title: is not a known key"),
        ("entry = 1", "entry = 2", "entry: is a newer format"),
        ("entry = 1", "entry = true", "entry: must be a whole number"),
        ('tag = "v1.0.0"', 'tag = "v1.0.1"', "version[0].tag: must be v1.0.0"),
        ('tag = "v1.0.0"', 'tag = "tax/v1.0.0"', "version[0].tag: must be v1.0.0, or vat/v1.0.0 in"),
        ('tag = "v1.0.0"', 'tag = "vat/v1.0.1"', "version[0].tag: must be v1.0.0, or vat/v1.0.0 in"),
        ('tag = "v1.0.0"', 'tag = "vat/vat/v1.0.0"', "version[0].tag: must be v1.0.0, or vat/v1.0.0 in"),
        ('tag = "v1.0.0"', 'tag = "../v1.0.0"', "version[0].tag: must be v1.0.0, or vat/v1.0.0 in"),
        ('tag = "v1.0.0"', 'tag = "/v1.0.0"', "version[0].tag: must be v1.0.0, or vat/v1.0.0 in"),
        ('version = "1.0.0"', 'version = "1.0"', "version[0].version: is not a version"),
        ('commit = "', 'commit = "x', "version[0].commit: must be 40 or 64 hexadecimal digits"),
        ('content = "sha256:', 'content = "md5:', "version[0].content: must be sha256:"),
        ('origin = "add"', 'origin = "Add it"', "version[0].origin: must be an operation"),
        ('signer = ""', 'signer = "key"', "version[0].signer: must be SHA256:"),
        ("2026-11-30T14:00:00Z", "2026-11-30", "version[0].time: must be a time such as"),
        ("2026-11-30T14:00:00Z", "2026-11-3T14:00:00Z", "version[0].time: must be a time such as"),
        ("capabilities = []", "caps = []", "version[0].capabilities: is missing"),
        ("capabilities = []", "capabilities = [1]", "version[0].capabilities: must be a list"),
        ("Doubles a number.", "Doubles\\u202e a number.", "version[0].description: must be one line"),
        ("https://", "https://ada:secret@", "remote: must not contain a user or a password"),
        ("https://", "ext::sh -c date ", "remote: must not name a transport helper"),
        ("[[version]]", "[[versions]]", "version: has no entries"),
    ],
)
def test_each_mistake_is_listed_with_its_path(old: str, new: str, said: str) -> None:
    assert any(row.startswith(said) for row in problems(changed(old, new)))


def test_a_version_is_listed_once() -> None:
    assert "version: lists a version twice" in problems(entry("vat", "1.0.0", "1.0.0").to_toml())


@pytest.mark.parametrize("data", [b"\xff", b"entry = ", b"a" * 2**21, b"x=" + b"[" * 5000])
def test_what_is_not_toml_is_refused(data: bytes) -> None:
    assert "is not TOML" in problems(data)[0]


def test_an_index_line_may_have_keys_of_a_newer_mapp() -> None:
    document = entry("vat").to_dict()
    document["mirror"] = "later"
    document["version"][0]["rating"] = 5
    line = json.dumps(document).encode()
    assert parse_line(line) == entry("vat")
    with pytest.raises(InvalidInput, match="is not a JSON object"):
        parse_line(line[:-2])


@pytest.mark.parametrize(
    ("remote", "refused"),
    [
        ("git@git.example.org:ada/vat.git", False),
        ("ssh://git@git.example.org/vat.git", False),
        ("ssh://git:pw@git.example.org/vat.git", True),
        ("http://token@git.example.org/vat.git", True),
        ("/srv/my apps/vat.git", False),
        ("ssh://[::1]/vat.git", False),
        ("--upload-pack=date", True),
        ("fd::17", True),
    ],
)
def test_a_remote_is_not_an_option_a_command_or_a_password(remote: str, refused: bool) -> None:
    assert bool(remote_fault(remote)) is refused


@given(
    name=st.from_regex(r"[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,5})?", fullmatch=True).filter(
        lambda name: name not in ("con", "prn", "aux", "nul")
    ),
    description=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(
        lambda text: text.isprintable() and bool(text.strip())
    ),
    time=st.integers(0, 4_000_000_000),
    capabilities=st.sets(st.sampled_from(["clock", "random", "http:api.example.com", "store"])),
)
def test_every_entry_survives_both_forms(
    name: str, description: str, time: int, capabilities: set[str]
) -> None:
    row = replace(
        published("1.0.0"),
        description=description,
        time=time,
        capabilities=tuple(sorted(capabilities)),
    )
    one = Entry(name=name, remote="https://git.example.org/x.git", versions=(row,))
    assert parse_entry(one.to_toml()) == parse_line(one.to_line()) == one
    assert parse_entry(one.to_toml()).to_toml() == one.to_toml()
    assert entry_path(name).endswith(f"/{name}.toml") and time_text(time).endswith("Z")
