"""Apps that only their workflow publishes: the author's key alone is not enough."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.git.repository import MAIN, Repository
from mapp.ops.share.submit import SubmissionRefused
from mapp.share import signing
from mapp.share.signing import fingerprint_of
from mapp.share.workflow import may_publish, workflow_signer
from support.apps import app
from support.library import Built
from support.publishing import MAINTAINER, Story


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, found = tmp_path_factory.mktemp("keys"), {}
    for name in ("ada", "flow", "eve"):
        found[name] = folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(found[name])], check=True)
    return found


def public(path: Path) -> str:
    return path.with_suffix(".pub").read_text().strip()


@pytest.fixture
def story(tmp_path: Path, pairs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """`double` is signed by Ada; the registry lists the key of its workflow."""
    known = {"gpg.format": "ssh", "user.signingkey": str(pairs["ada"])}
    monkeypatch.setattr(signing, "global_setting", lambda name: known.get(name, ""))
    story = Story(tmp_path / "story").releases(app("double"))
    trusts(story, f'double,vat namespaces="mapp-workflow" {public(pairs["flow"])}\n')
    yield story
    story.close()


def trusts(story: Story, text: str) -> None:
    """The registry's maintainers list these signers."""
    from mapp.git.tree import replace_file

    repository = Repository.open(story.registry)
    tip = repository.resolve(MAIN)
    tree = replace_file(repository, repository.tree_of(tip), "trust/allowed_signers", text.encode())
    repository.move_ref(
        MAIN, tip, repository.commit_tree(tree, "trust\n", MAINTAINER, parents=(tip,), ref=None)
    )


def workflow(story: Story, key: Path | None) -> Built:
    """Returns the author's library as the workflow sees it: with a key of its own."""
    workspace = story.built.workspace
    config = replace(workspace.config, workflow_key="" if key is None else str(key))
    object.__setattr__(workspace, "config", config)
    return story.built


def next_release(story: Story, number: str) -> Story:
    return story.releases(app("double").version(number).file("NOTES.md", f"{number}\n"))


def test_the_workflow_publishes_and_the_authors_key_alone_does_not(
    story: Story, pairs: dict[str, Path]
) -> None:
    workflow(story, pairs["flow"])
    story.publishes("double", publisher="workflow-only")
    entry = story.entry("double")
    assert entry.publisher == "workflow-only"
    assert entry.versions[0].signer == fingerprint_of(public(pairs["ada"]))
    assert workflow_signer(entry.versions[0], "team", "double") == fingerprint_of(public(pairs["flow"]))
    workflow(story, None)
    next_release(story, "1.0.1")
    with pytest.raises(SubmissionRefused, match="workflow-only: only its workflow publishes double"):
        story.publishes("double")
    assert story.versions("double") == ["1.0.0"]
    workflow(story, pairs["flow"])
    story.publishes("double")
    assert story.versions("double") == ["1.0.0", "1.0.1"]


@pytest.mark.parametrize(
    ("key", "said"),
    [("ada", "signs tags of double as well"), ("eve", "is not listed as a workflow of double")],
)
def test_another_key_does_not_count(story: Story, pairs: dict[str, Path], key: str, said: str) -> None:
    workflow(story, pairs[key])
    with pytest.raises(SubmissionRefused, match=said):
        story.publishes("double", publisher="workflow-only")


@pytest.mark.parametrize(
    "line",
    [
        'other namespaces="mapp-workflow" KEY',
        "double KEY",
        'double namespaces="git" KEY',
        'double namespaces="*" KEY',
        'double namespaces="mapp-workflow",valid-before="20200101" KEY',
        '*,!double namespaces="mapp-workflow" KEY',
    ],
)
def test_a_line_for_something_else_does_not_count(story: Story, pairs: dict[str, Path], line: str) -> None:
    trusts(story, line.replace("KEY", public(pairs["flow"])) + "\n")
    workflow(story, pairs["flow"])
    with pytest.raises(SubmissionRefused, match="is not listed as a workflow of double"):
        story.publishes("double", publisher="workflow-only")


def test_a_signature_of_another_version_does_not_count(story: Story, pairs: dict[str, Path]) -> None:
    workflow(story, pairs["flow"])
    story.publishes("double", publisher="workflow-only")
    row = story.entry("double").versions[0]
    for changed in (replace(row, commit="0" * 40), replace(row, content="sha256:" + "0" * 64)):
        assert workflow_signer(changed, "team", "double") == ""
    assert workflow_signer(row, "other", "double") == workflow_signer(row, "team", "vat") == ""


def test_an_app_that_is_listed_can_be_protected_later_and_not_by_a_slip_unprotected(
    story: Story, pairs: dict[str, Path]
) -> None:
    from mapp.share.checks.all_checks import CHECKS
    from mapp.share.entry import entry_path
    from mapp.share.policy import Policy
    from mapp.share.submission import Submission

    story.publishes("double")
    done = story.publishes("double", publisher="workflow-only", direct=False)
    assert done.submitted is not None and done.submitted.ref.endswith("/protect-1.0.0")
    story.publishes("double", publisher="workflow-only")
    entry = story.entry("double")
    assert entry.publisher == "workflow-only"
    free = replace(entry, publisher="")
    submission = Submission(
        registry=story.now,
        policy=Policy(),
        paths=(entry_path("double"),),
        before=entry,
        after=free,
        now=int(story.clock[0]),
    )
    (row,) = CHECKS["workflow-only"].run(submission)
    assert "the author's key alone" in row.message


def test_principals_are_patterns() -> None:
    def matches(text: str) -> bool:
        return may_publish(signing.AllowedKey(fingerprint="", principals=text), "sales-tax")

    assert [matches(text) for text in ("*", "sales-tax", "vat,sales-*", "vat", "*,!sales-tax", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
