from __future__ import annotations

import pytest

from mapp.git.commit import Commit, parse_commit, trailers_of

TREE, ONE, TWO = "a" * 40, "1" * 40, "2" * 40


def test_only_mapp_trailers_of_the_last_paragraph_count() -> None:
    message = "double: 1.0.0\n\nMapp-Operation: in the body\n\nMapp-Operation: add\nSigned-off-by: Ada\n"

    assert trailers_of(message) == {"Mapp-Operation": "add"}


def test_a_message_without_trailers_has_none() -> None:
    assert trailers_of("double: 1.0.0\n") == {}
    assert trailers_of("") == {}
    assert trailers_of("double: 1.0.0\n\nMapp-Operation: \n") == {}


def test_the_subject_is_the_first_line() -> None:
    commit = Commit(id="1", tree="2", parents=(), message="one\n\ntwo\n", author="Ada", time=0)

    assert (commit.subject, commit.trailers) == ("one", {})


def test_a_commit_is_parsed_from_its_bytes() -> None:
    data = (
        f"tree {TREE}\nparent {ONE}\nparent {TWO}\nauthor Ada Lovelace <ada@example.com> 1700000001 +0530\n"
        "committer Bob <bob@example.com> 1700000002 -0800\n\n\nsubject\n\nbody\n"
    )

    assert parse_commit("f" * 40, data.encode()) == Commit(
        id="f" * 40,
        tree=TREE,
        parents=(ONE, TWO),
        message="subject\n\nbody\n",
        author="Ada Lovelace",
        time=1700000002,
    )


@pytest.mark.parametrize("person", ["", "author\ncommitter\n", "author <>\ncommitter nobody\n"])
def test_a_commit_of_nobody_has_no_author_and_no_time(person: str) -> None:
    found = parse_commit("f" * 40, f"tree {TREE}\n{person}\nsubject\n".encode())

    assert (found.author, found.time) == ("", 0)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "subject\n",
        f"tree {TREE[1:]}\n\nsubject\n",
        f"tree {TREE}\nparent main\n\nsubject\n",
        f"tree {TREE}\nparent {ONE}{TWO}\n\nsubject\n",
        f"\n\ntree {TREE}\n",
    ],
)
def test_bytes_without_a_tree_or_with_a_strange_parent_are_not_a_commit(data: str) -> None:
    with pytest.raises(ValueError, match="no tree"):
        parse_commit("f" * 40, data.encode())
