"""Installing: what lands, what is refused, and that nothing changes then."""

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, IntegrityError, MappError, NotFound, PermissionNeeded, UsageError
from mapp.git.repository import Repository
from mapp.library.load_to_run import load_to_run
from mapp.model.app import content_hash
from mapp.model.outcome import Value
from mapp.ops.run.execute import execute
from mapp.ops.share.install import Options
from mapp.share.errors import RemoteFailed
from support.apps import app
from support.git_servers import run
from support.library import fsck, library, state
from support.sharing import PLAIN, SharedWorld

HTTP = {"http": [{"host": "api.example.com", "methods": ["GET"]}]}
YES = replace(PLAIN, yes=True)


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry called `team` that lists the app `vat`, 1.0.0."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    found.list(author.entry)
    found.use()
    return found


def snapshot(shared: SharedWorld) -> dict[str, str]:
    """Returns a hash of each file of the library's apps and lock."""
    found = state(shared.workspace.home.root)
    return {path: digest for path, digest in found.items() if not path.startswith(("registries", "format"))}


def test_what_was_published_is_what_is_installed_and_what_runs(shared: SharedWorld) -> None:
    published = shared.builder.now.entry("vat")
    assert published is not None
    (row,) = shared.install("team:vat").rows
    entry, listed = shared.locked("vat"), published.versions[0]
    assert row.to_dict() == {
        "app": "vat",
        "version": "1.0.0",
        "commit": listed.commit,
        "content": content_hash(app("vat").files),
        "source": f"registry+file://{shared.url}",
        "granted": [],
    }
    assert (entry.commit, entry.tree, entry.content) == (listed.commit, listed.tree, listed.content)
    assert entry.interface == listed.interface
    workspace = shared.workspace
    assert execute(workspace, "vat", {"number": 21}).outcome == Value(output=42)
    workspace.close()
    assert Repository.open(workspace.home.repository("vat")).tip("refs/tags/v1.0.0") == listed.commit
    fsck(workspace.home.root)


@pytest.mark.parametrize("text", ["vat", "vat@1", "vat@1.0.0", "team:vat@1.0"])
def test_a_version_may_be_short_and_the_registry_left_out(shared: SharedWorld, text: str) -> None:
    assert shared.install(text).rows[0].entry.version == "1.0.0"


def test_an_app_comes_from_a_git_address_after_the_gate_has_run_here(shared: SharedWorld) -> None:
    heard: list[str] = []
    options = replace(PLAIN, watch=lambda result: heard.append(result.check))
    (row,) = shared.install(f"git+{shared.folder}/vat.git@v1.0.0", options=options).rows
    assert row.entry.source == f"git+file://{shared.folder}/vat.git"
    assert "examples" in heard


def test_installing_again_changes_nothing(shared: SharedWorld) -> None:
    shared.install("vat")
    before = snapshot(shared)
    (row,) = shared.install("vat").rows
    assert not row.changed
    assert snapshot(shared) == before


def test_another_version_replaces_the_installed_one_and_keeps_it_as_a_tag(shared: SharedWorld) -> None:
    shared.install("vat")
    author = shared.author("vat")
    author.entry = shared.builder.now.entry("vat")
    published = author.release(app("vat").stating(description="Doubles."), "1.1.0")
    shared.list(author.entry)
    (row,) = shared.install("vat").rows
    assert row.entry.commit == published.commit
    repository = Repository.open(shared.workspace.home.repository("vat"))
    assert set(repository.tags()) == {"v1.0.0", "v1.1.0"}
    assert shared.install("vat@1.0.0").rows[0].entry.version == "1.0.0", "and back"
    fsck(shared.workspace.home.root)


def test_a_moved_tag_is_refused_and_nothing_changes(shared: SharedWorld) -> None:
    before = snapshot(shared)
    shared.author("vat").move_tag("1.0.0", app("vat").source("function main() { return 1; }").files)
    with pytest.raises(IntegrityError, match="was moved") as refused:
        shared.install("vat")
    assert refused.value.code == "MAPP-0612"
    assert snapshot(shared) == before


def test_a_release_that_changed_since_it_was_installed_is_refused(shared: SharedWorld) -> None:
    url = f"git+{shared.folder}/vat.git"
    shared.install(url)
    before = snapshot(shared)
    shared.author("vat").move_tag("1.0.0", app("vat").stating(description="Else.").files)
    with pytest.raises(IntegrityError, match="when it was installed") as refused:
        shared.install(url)
    assert refused.value.code == "MAPP-0612"
    assert snapshot(shared) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tree", "0" * 40),
        ("content", "sha256:" + "0" * 64),
        ("interface", "sha256:" + "0" * 64),
        ("capabilities", ("http:api.example.com",)),
    ],
)
def test_an_app_that_is_not_what_the_registry_says_is_refused(
    shared: SharedWorld, field: str, value: object
) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(replace(entry, versions=(replace(entry.versions[0], **{field: value}),)))  # type: ignore[arg-type]
    before = snapshot(shared)
    with pytest.raises(IntegrityError, match=f"its {field} is") as refused:
        shared.install("vat", options=YES)
    assert refused.value.code == "MAPP-0654"
    assert snapshot(shared) == before


def test_a_tag_that_names_another_version_or_app_is_refused(shared: SharedWorld) -> None:
    author = shared.author("liar")
    author.release(app("other"), "2.0.0")
    run("git", "-C", str(author.path), "tag", "v9.9.9", "v2.0.0^{}")
    with pytest.raises(IntegrityError, match=r"its version is 2\.0\.0"):
        shared.install(f"git+{author.path}@v9.9.9")
    assert author.entry is not None
    shared.list(replace(author.entry, name="vat2"))
    with pytest.raises(IntegrityError, match="its name is other"):
        shared.install("vat2")


def test_a_rewritten_registry_is_refused(shared: SharedWorld) -> None:
    shared.install("vat")
    shared.builder.repository.delete_ref(
        "refs/heads/index", str(shared.builder.repository.tip("refs/heads/index"))
    )
    shared.builder.write({"README.md": b"Another registry.\n"})
    shared.write_index()
    before = snapshot(shared)
    with pytest.raises(IntegrityError, match="was rewritten") as refused:
        shared.install("vat")
    assert refused.value.code == "MAPP-0653"
    assert snapshot(shared) == before


def test_a_yanked_version_is_not_installed_and_the_reason_is_told(shared: SharedWorld) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(entry.with_yank(entry.versions[0].version, "wrong rounding"))
    with pytest.raises(MappError, match="was yanked: wrong rounding") as refused:
        shared.install("vat")
    assert refused.value.code == "MAPP-0204"


@pytest.mark.usefixtures("without_gate")
def test_capabilities_need_consent_and_nothing_changes_without_it(shared: SharedWorld) -> None:
    author = shared.author("weather")
    author.release(app("weather").stating(capabilities=HTTP | {"clock": True}))
    shared.list(author.entry)
    before = snapshot(shared)
    with pytest.raises(PermissionNeeded, match=r"wants to use http:api\.example\.com") as refused:
        shared.install("weather")
    assert refused.value.hint == "to allow that: mapp install weather --yes --allow-git"
    assert snapshot(shared) == before
    asked: list[tuple[str, tuple[str, ...]]] = []

    def permit(name: str, wanted: tuple[str, ...]) -> bool:
        asked.append((name, wanted))
        return True

    (row,) = shared.install("weather", options=replace(PLAIN, permit=permit)).rows
    assert asked == [("weather 1.0.0", ("http:api.example.com",))]
    assert row.entry.granted == ("clock", "http:api.example.com")


def test_no_registry_stands_in_for_another(shared: SharedWorld, tmp_path: Path) -> None:
    other = SharedWorld(tmp_path / "other")
    author = other.author("vat")
    author.release(app("vat").stating(description="A squatter."))
    other.list(author.entry)
    other.use("public")
    with pytest.raises(UsageError, match="several registries list vat"):
        shared.install("vat")
    (shared.folder / "registry.git").rename(shared.folder / "gone.git")
    with pytest.raises(RemoteFailed):
        shared.install("vat")
    with pytest.raises(NotFound):
        other.install("public:nothing")


@pytest.mark.parametrize(
    "text",
    [
        "VAT",
        "team:vat@",
        "vat@latest",
        "https://example.com/x.git",
        "/srv/x.git",
        "../x",
        "git+ext::sh",
        ":vat",
    ],
)
def test_what_is_neither_a_name_nor_an_address_is_a_usage_error(shared: SharedWorld, text: str) -> None:
    with pytest.raises(UsageError):
        shared.install(text)


def test_an_app_of_the_persons_own_is_never_replaced(shared: SharedWorld) -> None:
    library().app("vat").build()
    before = snapshot(shared)
    with pytest.raises(AlreadyExists, match="from local"):
        shared.install("vat")
    assert snapshot(shared) == before


def test_an_app_that_fails_the_gate_is_not_installed(shared: SharedWorld) -> None:
    author = shared.author("bad")
    author.release(app("bad").example({"number": 3}, output=7), verdict=False)
    before = snapshot(shared)
    with pytest.raises(MappError, match="does not pass its checks"):
        shared.install(f"git+{author.path}")
    assert snapshot(shared) == before


def test_a_verdict_from_another_engine_does_not_count(shared: SharedWorld) -> None:
    author = shared.author("odd")
    author.release(app("odd").example({"number": 3}, output=7), engine="other 1.0")
    shared.list(author.entry)
    with pytest.raises(MappError, match="does not pass its checks"):
        shared.install("odd")


def test_all_are_checked_before_the_first_one_lands(shared: SharedWorld) -> None:
    author = shared.author("second")
    author.release(app("second"))
    shared.list(author.entry)
    author.move_tag("1.0.0", app("second").stating(description="Else.").files)
    before = snapshot(shared)
    with pytest.raises(IntegrityError):
        shared.install("vat", "second")
    assert snapshot(shared) == before
    assert list(shared.workspace.home.quarantine.iterdir()) == []


def test_a_dry_run_tells_and_changes_nothing(shared: SharedWorld) -> None:
    before = snapshot(shared)
    found = shared.install("vat", options=replace(PLAIN, dry_run=True))
    assert found.to_dict()["installed"][0]["version"] == "1.0.0"
    assert found.to_dict()["dry_run"] is True
    assert snapshot(shared) == before


@pytest.mark.parametrize("what", ["content", "tree"])
def test_an_installed_app_whose_content_is_not_the_locks_does_not_run(shared: SharedWorld, what: str) -> None:
    shared.install("vat")
    home = shared.workspace.home
    text = home.lock_file.read_text()
    value = getattr(shared.locked("vat"), what)
    home.lock_file.write_text(text.replace(value, value[:-4] + "0000"))
    with pytest.raises(IntegrityError) as refused:
        load_to_run(home, "vat")
    assert refused.value.code == "MAPP-0656"
    home.lock_file.write_text(text)
    assert load_to_run(home, "vat").name == "vat"


def test_options_have_safe_defaults() -> None:
    assert Options() == Options(yes=False, allow_plain=False, dry_run=False, verify="auto")
