"""Hand-overs: signed with the present key, complete at the new remote, and agreed to again by each person."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import MappError, UsageError
from mapp.library.lockfile import read_lock
from mapp.ops.share.install import Options, install
from mapp.ops.share.publish import Target
from mapp.ops.share.submit import SubmissionRefused
from mapp.ops.share.transfer import transfer
from mapp.ops.share.update import Options as UpdateOptions
from mapp.ops.share.update import Row, update
from mapp.ops.workspace import Workspace
from mapp.share import signing
from mapp.share.entry import Transfer, parse_entry, parse_line
from mapp.share.registries import add_registry
from mapp.share.signing import fingerprint_of
from mapp.share.transfer import signed_transfer
from support.apps import app
from support.library import git
from support.publishing import Story


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, found = tmp_path_factory.mktemp("keys"), {}
    for name in ("ada", "eve"):
        found[name] = folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(found[name])], check=True)
    return found


@pytest.fixture
def signs(pairs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose key git's configuration names: the last in the list; nobody's if it is empty."""
    found: list[str] = ["ada"]

    def setting(name: str) -> str:
        known = {"gpg.format": "ssh", "user.signingkey": str(pairs[found[-1]])} if found else {}
        return known.get(name, "")

    monkeypatch.setattr(signing, "global_setting", setting)
    return found


@pytest.fixture
def story(tmp_path: Path, signs: list[str]) -> Iterator[Story]:
    """`double` 1.0.0 is published and signed by Ada, and Eve has a copy of its repository."""
    story = Story(tmp_path / "story").releases(app("double"))
    story.publishes("double")
    git(tmp_path, "clone", "-q", "--mirror", story.remote("double"), str(story.folder / "eve.git"))
    yield story
    story.close()


def public(pairs: dict[str, Path], who: str) -> str:
    return fingerprint_of(pairs[who].with_suffix(".pub").read_text())


def hands_over(story: Story, *, signer: str = "", **options: object) -> Transfer:
    options.setdefault("direct", True)
    target = Target(registry=str(story.registry), **options)  # type: ignore[arg-type]
    return transfer(story.built.workspace, "double", target, signer=signer)[1]


def to_eve(story: Story, pairs: dict[str, Path], **options: object) -> Transfer:
    key = str(pairs["eve"].with_suffix(".pub"))
    return hands_over(story, signer=key, remote=str(story.folder / "eve.git"), **options)


def publishes_next(story: Story, number: str = "1.0.1") -> None:
    story.releases(app("double").version(number).file("NOTES.md", f"{number}\n"))
    story.publishes("double", remote="")


def test_a_transfer_signed_by_the_present_key_moves_remote_and_key(
    story: Story, pairs: dict[str, Path], signs: list[str]
) -> None:
    before = story.entry("double")
    row = to_eve(story, pairs)
    after = story.entry("double")
    assert (row.from_signer, row.to_signer) == (public(pairs, "ada"), public(pairs, "eve"))
    assert after.remote == f"file://{story.folder / 'eve.git'}" != before.remote
    assert after.versions == before.versions and after.transfers == (row,)
    assert parse_entry(after.to_toml()) == parse_line(after.to_line()) == after
    assert to_eve(story, pairs) == row, "it can be repeated"
    with pytest.raises(SubmissionRefused, match="same-signer"):
        publishes_next(story)
    signs.append("eve")
    story.publishes("double", remote="")
    assert [str(row.version) for row in story.entry("double").versions] == ["1.0.0", "1.0.1"]
    assert story.entry("double").signer == public(pairs, "eve")


def test_a_stolen_account_without_the_key_hands_nothing_over(
    story: Story, pairs: dict[str, Path], signs: list[str]
) -> None:
    signs.append("eve")
    with pytest.raises(SubmissionRefused) as refused:
        to_eve(story, pairs)
    assert {row.path for row in refused.value.problems} == {"same-remote", "same-signer"}
    assert "is not signed with SHA256:" in str(refused.value.problems[0].message)
    assert story.entry("double").transfers == ()


def test_a_transfer_must_be_signed_at_all(story: Story, pairs: dict[str, Path], signs: list[str]) -> None:
    signs.clear()
    with pytest.raises(UsageError, match="is signed with the key of the versions so far"):
        to_eve(story, pairs)


@pytest.mark.parametrize(
    "forged",
    [
        {"to_signer": "SHA256:" + "x" * 43},
        {"time": 1},
        {"signature": "AAAA"},
        {"signature": ""},
    ],
)
def test_a_changed_transfer_is_refused(
    story: Story, pairs: dict[str, Path], forged: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = signed_transfer

    def forging(*words: object) -> tuple[Transfer, str]:
        row, key = honest(*words)  # type: ignore[arg-type]
        return replace(row, **forged), key  # type: ignore[arg-type]

    monkeypatch.setattr("mapp.ops.share.transfer.signed_transfer", forging)
    with pytest.raises(SubmissionRefused, match="same-signer"):
        to_eve(story, pairs)


def test_a_signature_of_another_app_or_registry_does_not_count(
    story: Story, pairs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = signed_transfer
    for words in (("other", "double"), ("team", "another-app")):

        def elsewhere(row: Transfer, _: str, __: str, key: str, words: tuple[str, str] = words) -> object:
            return honest(row, *words, key)

        monkeypatch.setattr("mapp.ops.share.transfer.signed_transfer", elsewhere)
        with pytest.raises(SubmissionRefused, match="is not signed with"):
            to_eve(story, pairs)


def test_a_remote_that_lacks_a_version_is_refused(story: Story, pairs: dict[str, Path]) -> None:
    git(story.folder / "eve.git", "update-ref", "-d", "refs/tags/v1.0.0")
    with pytest.raises(MappError, match=r"v1\.0\.0 of double is .* does not have it"):
        to_eve(story, pairs)
    with pytest.raises(UsageError, match="is there already"):
        hands_over(story)


def test_who_installed_it_agrees_again_before_the_new_owners_version_runs(
    story: Story, pairs: dict[str, Path], signs: list[str]
) -> None:
    reader = story.library("bob")
    add_registry(reader.workspace.config.config_file, "team", f"file://{story.registry}", allow_plain=True)
    here = Workspace(config=reader.workspace.config, clock=lambda: story.clock[0])

    def updated(*, yes: bool = False) -> Row:
        (row,) = update(here, ["double"], UpdateOptions(yes=yes))
        return row

    install(here, ["double"], Options(allow_plain=True))
    to_eve(story, pairs)
    assert updated().state == "current", "the transfer alone moves nobody"
    story.releases(app("double").version("1.0.1").file("NOTES.md", "1\n"))
    signs.append("eve")
    story.publishes("double", remote="")
    row = updated()
    assert (row.state, row.to) == ("held", "1.0.1")
    assert f"a new owner's version, from file://{story.folder / 'eve.git'}" in row.reason
    assert read_lock(here.home.lock_file)["double"].version == "1.0.0"
    with pytest.raises(MappError) as refused:
        install(here, ["double"], Options(allow_plain=True))
    assert refused.value.code == "MAPP-0741"
    assert updated(yes=True).state == "updated"
    publishes_next(story, "1.0.2")
    assert updated().state == "updated", "one agreement is enough"
    here.close()
