from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mapp.errors import MappError
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.share import signing
from mapp.share.signing import allowed_keys, signer_of, signing_key, write_signed_tag
from support.apps import app
from support.library import git

WHO = Signature(name="Ada", email="ada@example.org", time=1_796_047_200)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "ada"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.create(tmp_path / "double.git", app("double").files, "double\n", WHO)[0]


def fingerprint(key: Path) -> str:
    ended = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], capture_output=True, text=True, check=True)
    return ended.stdout.split()[1]


def test_a_signed_tag_is_what_git_verifies(repository: Repository, key: Path, tmp_path: Path) -> None:
    commit = repository.resolve("main")
    tag, signer = write_signed_tag(repository, "v1.0.0", commit, WHO, str(key))
    assert signer == fingerprint(key) == signer_of(repository, tag, commit)
    git(repository.path, "update-ref", "refs/tags/v1.0.0", tag)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    git(repository.path, "-c", f"gpg.ssh.allowedSignersFile={allowed}", "tag", "-v", "v1.0.0")


def test_a_tag_of_git_itself_is_read_too(repository: Repository, key: Path) -> None:
    words = (
        "-c",
        "gpg.format=ssh",
        "-c",
        f"user.signingkey={key}",
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@b.c",
    )
    git(repository.path, *words, "tag", "-s", "-m", "release", "v1.0.0", "main")
    identity, commit = (git(repository.path, "rev-parse", name) for name in ("v1.0.0", "main"))
    assert signer_of(repository, identity, commit) == fingerprint(key)


def test_a_changed_or_moved_signature_counts_for_nothing(repository: Repository, key: Path) -> None:
    commit = repository.resolve("main")
    tag, _ = write_signed_tag(repository, "v1.0.0", commit, WHO, str(key))
    kind, data = repository.raw(tag)
    renamed = repository.write_object(kind, data.replace(b"tag v1.0.0", b"tag v1.0.1"))
    cut = repository.write_object(kind, data[: len(data) // 2])
    assert [signer_of(repository, one, commit) for one in (renamed, cut, commit)] == ["", "", ""]
    assert signer_of(repository, tag, "0" * 40) == ""


def test_allowed_keys_are_read_with_their_options() -> None:
    text = """
# a comment
ada@example.org ssh-ed25519 AAAA
bea namespaces="git",valid-before="20270101" ssh-ed25519 AAAB
eve namespaces="file" ssh-ed25519 AAAC
mia cert-authority ssh-ed25519 AAAD
tim valid-after="soon" ssh-ed25519 AAAE
bob ssh-ed25519 not-base64!
"""
    found = list(allowed_keys(text))
    assert len(found) == 2
    assert found[0].before == float("inf") and found[1].before == 1_798_761_600


def test_the_key_is_the_one_of_gits_global_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"gpg.format": "ssh", "user.signingkey": "key::ssh-ed25519 AAAA"}
    monkeypatch.setattr(signing, "global_setting", lambda name: known.get(name, ""))
    assert signing_key() == "ssh-ed25519 AAAA"
    known["gpg.format"] = "openpgp"
    assert signing_key() is None


def test_a_key_that_cannot_sign_says_what_to_check(repository: Repository) -> None:
    with pytest.raises(MappError, match="could not be signed") as caught:
        write_signed_tag(repository, "v1.0.0", repository.resolve("main"), WHO, "/nowhere/key")
    assert caught.value.code == "MAPP-0863" and "user.signingkey" in caught.value.hint
