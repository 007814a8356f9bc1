from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, IntegrityError, InvalidApp, NotFound, StaleBase, UsageError
from mapp.git.repository import Repository
from mapp.ops.share.publish import publish, yank
from mapp.ops.share.submit import SubmissionRefused
from mapp.share import signing
from mapp.share.index_branch import INDEX, entry_in, read_shard, verify_index
from mapp.share.submission import Submission
from support.apps import app
from support.library import git
from support.publishing import Story

AS_EVE = ("-c", "user.name=Eve", "-c", "user.email=eve@example.org")
TWICE = "function main(input) { return input.number + input.number; }\n"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "story").releases(app("double"))
    yield story
    story.close()


def listed_in_index(story: Story, name: str) -> bool:
    repository = Repository.open(story.registry)
    tip, main = repository.tip(INDEX), repository.tip()
    assert tip is not None
    verify_index(repository, index=tip, main=main)
    return entry_in(read_shard(repository, tip, name), name) == story.entry(name)


def test_a_published_version_is_listed_and_its_remote_has_branch_tag_and_verdict(story: Story) -> None:
    done = story.publishes("double")
    row, refs = story.entry("double").versions[0], story.refs(story.remote("double"))
    assert refs["refs/heads/main"] == refs["refs/tags/v1.0.0"] == row.commit
    assert "refs/notes/mapp/verdicts" in refs
    assert done.submitted is not None and done.submitted.changed
    assert (row.engine, row.origin, row.time) == ("quickjs", "unknown", int(story.clock[0]))
    assert listed_in_index(story, "double")


def test_publishing_the_same_again_changes_nothing(story: Story) -> None:
    story.publishes("double")
    before = story.refs(story.registry), story.refs(story.remote("double"))
    story.clock[0] += 3600
    again = story.publishes("double", remote="")
    assert again.to_dict()["changed"] is False
    assert (story.refs(story.registry), story.refs(story.remote("double"))) == before


def test_the_same_version_with_other_content_is_refused(story: Story) -> None:
    story.publishes("double")
    other = story.library("eve")
    story.releases(app("double").source(TWICE), built=other)
    with pytest.raises(AlreadyExists, match=r"is published in .* with other content") as caught:
        story.publishes("double", built=other, remote=story.remote("elsewhere"))
    assert caught.value.code == "MAPP-0861" and "mapp bump double" in caught.value.hint
    assert story.refs(story.remote("elsewhere")) == {}


def test_a_new_version_is_one_more_block(story: Story) -> None:
    story.publishes("double")
    first = story.now.file("apps/do/double.toml")
    story.releases(app("double").version("1.0.1").source(TWICE)).publishes("double", remote="")
    assert story.versions("double") == ["1.0.0", "1.0.1"]
    second = story.now.file("apps/do/double.toml")
    assert first is not None and second is not None and second.startswith(first)
    assert git(story.registry, "diff", "--name-only", "main~1", "main") == "apps/do/double.toml"


def test_a_version_too_low_for_the_interface_is_refused_and_nothing_is_pushed(story: Story) -> None:
    story.publishes("double")
    before = story.refs(story.registry), story.refs(story.remote("double"))
    story.releases(app("double").version("1.0.1").taking(twice={"type": "boolean", "default": True}))
    with pytest.raises(SubmissionRefused) as caught:
        story.publishes("double")
    assert [row.path for row in caught.value.problems] == ["interface-version"]
    assert "mapp bump double" in caught.value.problems[0].message
    assert (story.refs(story.registry), story.refs(story.remote("double"))) == before


def test_a_skipped_version_is_refused_and_can_be_published_first(story: Story) -> None:
    story.publishes("double")
    story.releases(app("double").version("1.0.1").source(TWICE))
    story.releases(app("double").version("1.0.2"))
    with pytest.raises(SubmissionRefused, match="sequential-version"):
        story.publishes("double")
    story.publishes("double", revision="1.0.1")
    story.publishes("double")
    assert story.versions("double") == ["1.0.0", "1.0.1", "1.0.2"]


def test_an_older_release_can_be_published_after_a_newer_one_was_pushed(story: Story) -> None:
    story.releases(app("double").version("1.0.1").source(TWICE))
    git(story.built.repository("double"), "push", "-q", story.remote("double"), "main")
    story.publishes("double", revision="1.0.0")
    refs = story.refs(story.remote("double"))
    assert refs["refs/tags/v1.0.0"] != refs["refs/heads/main"]


def test_a_dry_run_pushes_nothing_and_says_what_it_would_push(story: Story) -> None:
    before = story.refs(story.registry)
    found = story.publishes("double", dry_run=True).to_dict()
    assert [row["ref"] for row in found["pushes"]] == [
        "refs/heads/main",
        "refs/tags/v1.0.0",
        "refs/notes/mapp/verdicts",
    ]
    assert found["review"]["passed"] and found["dry_run"]
    assert (story.refs(story.registry), story.refs(story.remote("double"))) == (before, {})


def test_a_no_pushes_nothing(story: Story) -> None:
    assert story.publishes("double", confirm=lambda plan: False).submitted is None
    assert story.refs(story.remote("double")) == {}


def test_a_submission_is_a_branch_that_main_does_not_have_yet(story: Story) -> None:
    done = story.publishes("double", direct=False)
    assert done.submitted is not None
    assert done.submitted.ref == "refs/heads/submit/double/1.0.0"
    assert story.refs(story.registry)[done.submitted.ref] == done.submitted.commit
    assert story.now.entry("double") is None
    story.clock[0] += 60
    again = story.publishes("double", direct=False)
    assert again.submitted is not None and not again.submitted.changed


def test_two_submissions_of_one_version_do_not_overwrite_each_other(story: Story) -> None:
    story.publishes("double", direct=False)
    other = story.library("eve")
    story.releases(app("double").source(TWICE), built=other)
    with pytest.raises(AlreadyExists, match="is submitted already"):
        story.publishes("double", built=other, direct=False, remote=story.remote("elsewhere"))


def test_a_first_publication_needs_a_remote(story: Story) -> None:
    with pytest.raises(UsageError, match="its remote must be named"):
        story.publishes("double", remote="")


def test_an_app_does_not_move_to_another_remote_unnoticed(story: Story) -> None:
    story.publishes("double")
    story.releases(app("double").version("1.0.1").source(TWICE))
    with pytest.raises(SubmissionRefused, match="same-remote"):
        story.publishes("double", remote=story.remote("elsewhere"))
    assert story.refs(story.remote("elsewhere")) == {}
    story.publishes("double", remote=story.remote("elsewhere"), override=("same-remote",))
    assert "Mapp-Override: same-remote" in git(story.registry, "log", "-1", "--format=%B", "main")


def test_a_tag_that_the_remote_has_elsewhere_stops_it(story: Story) -> None:
    git(story.built.repository("double"), "push", "-q", story.remote("double"), "main")
    other = git(Path(story.remote("double")), *AS_EVE, "commit-tree", "-m", "x", "main^{tree}", "-p", "main")
    git(Path(story.remote("double")), "tag", "v1.0.0", other)
    with pytest.raises(IntegrityError) as caught:
        story.publishes("double")
    assert caught.value.code == "MAPP-0612" and story.now.entry("double") is None


def test_a_remote_with_other_commits_is_left_alone(story: Story) -> None:
    git(Path(story.remote("strange")), "fetch", "-q", str(story.registry), "main:main")
    with pytest.raises(StaleBase, match="which this library does not have"):
        story.publishes("double", remote=story.remote("strange"))


def test_an_app_without_a_passing_verdict_is_not_published(story: Story) -> None:
    story.built.put(app("forced-one"))
    with pytest.raises(InvalidApp, match="no verdict is recorded"):
        story.publishes("forced-one")


def test_what_was_interrupted_is_finished_by_running_it_again(story: Story) -> None:
    repository = story.built.repository("double")
    git(repository, "push", "-q", story.remote("double"), "main")
    assert story.publishes("double").plan.pushes[0].ref == "refs/tags/v1.0.0"
    git(story.registry, "update-ref", "refs/heads/index", "refs/heads/index~1")
    story.publishes("double")
    assert listed_in_index(story, "double")


def test_an_earlier_version_that_this_library_lacks_is_fetched_from_the_remote(story: Story) -> None:
    story.publishes("double")
    other = story.library("bea")
    other.put(app("double").version("1.0.1").source(TWICE), verdict=None)
    draft = app("double").version("1.1.0").taking(twice={"type": "boolean", "default": True})
    story.releases(draft, built=other)
    found = story.publishes(
        "double", built=other, dry_run=True, remote=story.remote("bea"), override=("same-remote",)
    )
    assert "interface-version" in {row.check for row in found.plan.review.with_status("passed")}


def test_a_yank_reaches_main_and_index_and_cannot_be_repeated(story: Story) -> None:
    story.publishes("double")
    registry = str(story.registry)
    for changed in (True, False):
        _, done = yank(
            story.built.workspace, "double", "v1.0.0", "rounds wrong", registry=registry, direct=True
        )
        assert done.changed is changed
    assert story.entry("double").versions[0].yanked == "rounds wrong"
    assert listed_in_index(story, "double")


def test_only_what_is_listed_can_be_yanked(story: Story) -> None:
    story.publishes("double")
    for name, version in (("double", "2.0.0"), ("triple", "1.0.0")):
        with pytest.raises(NotFound, match="does not list"):
            yank(story.built.workspace, name, version, "no", registry=str(story.registry))
    with pytest.raises(UsageError, match="one line"):
        yank(story.built.workspace, "double", "1.0.0", "a\nb", registry=str(story.registry))


def test_a_racing_publisher_does_not_lose_the_others_entry(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapp.ops.share.publish import _Publication

    other = story.library("eve")
    story.releases(app("triple"), built=other)
    real, raced = _Publication.fill, list[str]()

    def slow(publication: _Publication, submission: Submission) -> Submission:
        if len(raced) == 1:  # between the second look at the registry and the push
            raced.append("")
            story.publishes("triple", built=other)
        raced.append("")
        return real(publication, submission)

    monkeypatch.setattr(_Publication, "fill", slow)
    story.publishes("double")
    assert set(story.now.names()) == {"double", "triple"}
    assert listed_in_index(story, "double") and listed_in_index(story, "triple")


def test_a_registry_must_be_one(story: Story) -> None:
    with pytest.raises(NotFound, match="there is no repository at"):
        publish(story.built.workspace, "double", story.target("double", registry="/nowhere/registry.git"))


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two SSH keys; git's configuration names the first of the list."""
    found = [tmp_path / name for name in ("ada", "eve")]
    for path in found:
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
        subprocess.run(words, check=True)
    known = {"gpg.format": "ssh"}
    monkeypatch.setattr(
        signing, "global_setting", lambda name: known.get(name, str(found[0]) if "key" in name else "")
    )
    return found


def test_a_signed_release_stays_with_its_key(story: Story, keys: list[Path]) -> None:
    story.publishes("double")
    row, refs = story.entry("double").versions[0], story.refs(story.remote("double"))
    assert row.signer.startswith("SHA256:") and refs["refs/tags/v1.0.0"] != row.commit
    story.releases(app("double").version("1.0.1").source(TWICE))
    keys.reverse()
    with pytest.raises(SubmissionRefused, match="same-signer"):
        story.publishes("double")
    keys.reverse()
    story.publishes("double")
    assert {row.signer for row in story.entry("double").versions} == {row.signer}


def test_a_signed_publication_that_was_interrupted_keeps_its_tag(story: Story, keys: list[Path]) -> None:
    first = story.publishes("double", direct=False)
    tag = story.refs(story.remote("double"))["refs/tags/v1.0.0"]
    story.clock[0] += 60
    again = story.publishes("double")
    assert story.refs(story.remote("double"))["refs/tags/v1.0.0"] == tag
    assert story.entry("double").versions[0].signer == first.plan.entry.versions[0].signer
    assert again.plan.pushes == ()
