"""Auditing: each kind of trouble is found, named, and tells what to do."""

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.library.load_to_run import load_to_run
from mapp.model.version import Version
from mapp.ops.share.audit import RULES, Finding, audit, to_sarif
from mapp.ops.workspace import Workspace
from mapp.share.registries import remove_registry
from support.apps import app
from support.library import library
from support.registries import TIME
from support.sharing import Author, SharedWorld


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0, which is installed."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    found.list(author.entry)
    found.use()
    found.install("vat")
    return found


def findings(shared: SharedWorld, *, offline: bool = False) -> dict[str, Finding]:
    """Returns what an audit finds, by rule."""
    return {row.rule: row for row in audit(shared.workspace, offline=offline)}


def advise(shared: SharedWorld, severity: str) -> None:
    """Publishes an advisory about `vat`."""
    text = f'advisory = 1\napp = "vat"\nseverity = "{severity}"\nsummary = "It leaks."\nfixed = "1.0.1"\n'
    shared.builder.write({"advisories/vat-1.toml": text.encode()})
    shared.write_index()


def test_nothing_is_found_in_a_library_as_it_should_be(shared: SharedWorld) -> None:
    assert findings(shared) == {}


def test_a_malicious_version_is_found_and_runs_no_more(shared: SharedWorld) -> None:
    home = shared.workspace.home
    assert load_to_run(home, "vat").name == "vat"
    advise(shared, "malicious")
    row = findings(shared)["malicious"]
    assert (row.level, row.hint) == ("error", "mapp remove vat")
    with pytest.raises(IntegrityError) as refused:
        load_to_run(home, "vat")
    assert refused.value.code == "MAPP-0657"
    shared.builder.files.pop("advisories/vat-1.toml")
    shared.builder.write({})
    shared.write_index()
    assert findings(shared) == {}, "the advisory was withdrawn"
    assert load_to_run(home, "vat").name == "vat"


def test_a_change_of_this_library_does_not_hide_a_malicious_release(shared: SharedWorld) -> None:
    library().build().put(app("vat").version("1.0.1").file("README.md", "mine\n"))
    text = 'advisory = 1\napp = "vat"\nversions = ["<1.0.1"]\nseverity = "malicious"\nsummary = "It leaks."\n'
    shared.builder.write({"advisories/vat-1.toml": text.encode()})
    shared.write_index()
    assert findings(shared)["malicious"].level == "error"
    with pytest.raises(IntegrityError):
        load_to_run(shared.workspace.home, "vat")


def test_a_malicious_version_is_not_installed(shared: SharedWorld) -> None:
    author = shared.author("other")
    author.release(app("other"))
    shared.list(author.entry)
    text = 'advisory = 1\napp = "other"\nseverity = "malicious"\nsummary = "It leaks."\n'
    shared.builder.write({"advisories/other.toml": text.encode()})
    shared.write_index()
    with pytest.raises(IntegrityError, match="is malicious") as refused:
        shared.install("other")
    assert refused.value.code == "MAPP-0657"
    assert not shared.workspace.home.repository("other").exists()


def test_a_lesser_advisory_is_told_and_the_app_still_runs(shared: SharedWorld) -> None:
    advise(shared, "medium")
    row = findings(shared)["advisory"]
    assert (row.level, row.hint) == ("warning", "mapp update vat")
    assert "fixed in 1.0.1" in row.message
    assert load_to_run(shared.workspace.home, "vat").name == "vat"


def test_a_yank_a_moved_version_and_an_unlisted_app_are_found(shared: SharedWorld) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(entry.with_yank(entry.versions[0].version, "wrong"))
    assert findings(shared)["yanked"].message == "1.0.0 was yanked: wrong"
    shared.list(replace(entry, versions=(replace(entry.versions[0], commit="0" * 40),)))
    assert findings(shared)["moved"].level == "error"
    shared.builder.remove("vat")
    shared.write_index()
    assert set(findings(shared)) == {"unlisted"}


def test_a_source_that_is_gone_or_not_configured_is_found(shared: SharedWorld) -> None:
    (shared.folder / "registry.git").rename(shared.folder / "gone.git")
    assert findings(shared)["unreachable"].level == "warning"
    assert findings(shared, offline=True) == {}
    remove_registry(shared.workspace.config.config_file, "team")
    assert set(findings(shared)) == {"unlisted"}


def test_changed_content_and_a_change_of_this_library_are_found(shared: SharedWorld) -> None:
    built = library().build()
    built.put(app("vat").version("1.0.1").file("README.md", "mine\n"))
    assert findings(shared)["changed-here"].level == "note"
    home = shared.workspace.home
    text = home.lock_file.read_text()
    home.lock_file.write_text(text.replace(shared.locked("vat").content, "sha256:" + "0" * 64))
    assert findings(shared)["content"].hint == "mapp fsck vat"


def test_findings_are_sarif_too(shared: SharedWorld) -> None:
    advise(shared, "high")
    rows = list(audit(shared.workspace))
    log = to_sarif(rows)
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("advisory", "error")
    assert {row["id"] for row in log["runs"][0]["tool"]["driver"]["rules"]} == set(RULES)


KEYS: dict[bytes, str] = {}


def key_of(fingerprint: str, options: str = "") -> bytes:
    """Returns a line of allowed_signers that gives this fingerprint."""
    digest = base64.b64decode(fingerprint.removeprefix("SHA256:") + "=")
    return f"ada {options} ssh-ed25519 {KEYS[digest]}\n".encode()


def a_key(number: int) -> str:
    """Returns the fingerprint of a made-up public key."""
    data = b"key %d" % number
    digest = hashlib.sha256(data).digest()
    KEYS[digest] = base64.b64encode(data).decode()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def signed(shared: SharedWorld, *signers: str) -> None:
    """Lists versions 1.0.0, 1.1.0, … of `vat` with these signers; the first one is installed."""
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    first = entry.versions[0]
    rows = [replace(first, signer=signers[0])]
    for number, signer in enumerate(signers[1:], 1):
        version = Version(major=1, minor=number, patch=0)
        row = replace(first, version=version, tag=f"v{version}", commit=f"{number:040x}")
        rows.append(replace(row, signer=signer))
    shared.list(replace(entry, versions=tuple(rows)))


def trust(shared: SharedWorld, *lines: bytes, required: bool = False) -> None:
    """Says which keys the registry allows."""
    policy = f"policy = 1\n[signatures]\nrequired = {str(required).lower()}\n".encode()
    shared.builder.write({"trust/allowed_signers": b"".join(lines), "policy.toml": policy})
    shared.write_index()


def test_a_key_that_is_listed_is_fine_and_one_that_is_revoked_is_found(shared: SharedWorld) -> None:
    ada, eve = a_key(1), a_key(2)
    signed(shared, ada)
    assert findings(shared) == {}, "a registry without keys says nothing about them"
    trust(shared, key_of(ada))
    assert findings(shared) == {}
    trust(shared, key_of(eve))
    row = findings(shared)["signer"]
    assert row.level == "error" and f"{ada}, which is not, or no longer, in" in row.message
    trust(shared, required=True)
    assert findings(shared)["signer"].level == "error"


def test_when_a_key_was_valid_decides(shared: SharedWorld) -> None:
    ada = a_key(1)
    signed(shared, ada)
    trust(shared, key_of(ada, 'valid-before="20261201"'))
    workspace = shared.workspace
    late = Workspace(config=workspace.config, clock=lambda: TIME + 90 * 86_400.0)
    (row,) = audit(late)
    assert (row.rule, row.level) == ("signer", "warning") and "since 2026-12-01T00:00:00Z" in row.message
    trust(shared, key_of(ada, 'valid-before="20261101"'))
    (row,) = audit(late)
    assert (row.rule, row.level) == ("signer", "error") and "was not valid then" in row.message
    trust(shared, key_of(ada, 'valid-before="20261101"'), key_of(ada))
    assert list(audit(late)) == []


def test_a_missing_signature_is_found_on_either_side(shared: SharedWorld) -> None:
    ada = a_key(1)
    signed(shared, "", ada)
    assert findings(shared)["unsigned"].message == "1.0.0 is not signed, and 1.1.0 is"
    signed(shared, ada, "")
    assert findings(shared)["unsigned"].message == "1.0.0 is signed, and the newer 1.1.0 is not"
    signed(shared, "")
    trust(shared, required=True)
    assert findings(shared)["unsigned"].level == "error"


def test_a_repository_that_vanished_or_was_created_again_is_found(shared: SharedWorld) -> None:
    author = Author(path=shared.folder / "vat.git", url=f"{shared.base}/vat.git")
    author.path.rename(shared.folder / "away.git")
    row = findings(shared)["vanished"]
    assert row.level == "warning" and "cannot be read" in row.message
    assert findings(shared, offline=True) == {}
    author.release(app("vat").file("README.md", "another\n"), "2.0.0")
    row = findings(shared)["vanished"]
    assert row.level == "error" and "no longer has v1.0.0" in row.message
    author.move_tag("1.0.0", app("vat").files)
    assert findings(shared)["moved"].level == "error"
    assert load_to_run(shared.workspace.home, "vat").name == "vat"
    log = to_sarif(list(audit(shared.workspace)))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["moved"]
