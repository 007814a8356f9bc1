from __future__ import annotations

from support.library import Built, git, library
from support.terminal import mapp


def test_an_app_whose_lock_is_right_stays_as_it_is() -> None:
    library().app("double").build()

    found = mapp("relock", "double")

    assert (found.code, found.out.startswith("double is already locked at ")) == (0, True)
    assert mapp("relock", "double", "--json").json["changed"] is False


def _commit_with_git(built: Built, version: str) -> str:
    """Commits another version on main with git alone, and returns the commit."""
    repository = built.repository("double")
    manifest = git(repository, "show", "main:mapp.toml").replace("1.0.0", version) + "\n"
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=manifest.encode())
    rows = [row for row in git(repository, "ls-tree", "main").splitlines() if not row.endswith("\tmapp.toml")]
    tree = git(repository, "mktree", stdin="\n".join([*rows, f"100644 blob {blob}\tmapp.toml", ""]).encode())
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    commit = git(repository, *identity, "commit-tree", tree, "-p", "main", "-m", "by hand")
    git(repository, "update-ref", "refs/heads/main", commit)
    return commit


def test_a_commit_made_with_git_is_accepted_after_its_checks() -> None:
    built = library().app("double").build()
    commit = _commit_with_git(built, "1.0.1")
    refused = mapp("exec", "double", "number=2")
    assert (refused.code, "mapp relock double" in refused.err) == (6, True)

    found = mapp("relock", "double")

    assert "  ok     source (" in found.err
    assert (found.code, commit[:10] in found.out) == (0, True)
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_a_refused_commit_stays_out_with_the_command_that_undoes_it() -> None:
    built = library().app("double").build()
    before = git(built.repository("double"), "rev-parse", "main")
    _commit_with_git(built, "0.9.0")

    found = mapp("relock", "double")

    assert (found.code, f"update-ref refs/heads/main {before}" in found.err) == (8, True)
    assert mapp("exec", "double", "number=2").code == 6


def test_a_missing_app_cannot_be_relocked() -> None:
    assert mapp("relock", "nothing").code == 1
