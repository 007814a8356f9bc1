from __future__ import annotations

from support.library import git, library
from support.terminal import mapp


def test_an_app_whose_lock_is_right_stays_as_it_is() -> None:
    library().app("double").build()

    found = mapp("relock", "double")

    assert (found.code, found.out.startswith("double is already locked at ")) == (0, True)
    assert mapp("relock", "double", "--json").json["changed"] is False


def test_a_commit_made_with_git_is_accepted_after_its_checks() -> None:
    built = library().app("double").build()
    repository = built.repository("double")
    readme = git(repository, "hash-object", "-w", "--stdin", stdin=b"Mine.\n")
    tree = git(repository, "ls-tree", "main") + f"\n100644 blob {readme}\tREADME.md\n"
    made = git(repository, "mktree", stdin=tree.encode())
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    commit = git(repository, *identity, "commit-tree", made, "-p", "main", "-m", "by hand")
    git(repository, "update-ref", "refs/heads/main", commit)
    refused = mapp("exec", "double", "number=2")
    assert (refused.code, "mapp relock double" in refused.err) == (6, True)

    found = mapp("relock", "double")

    assert "  ok     source (" in found.err
    assert (found.code, commit[:10] in found.out) in ((0, True), (8, False))


def test_a_missing_app_cannot_be_relocked() -> None:
    assert mapp("relock", "nothing").code == 1
