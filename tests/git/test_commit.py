from __future__ import annotations

from mapp.git.commit import Commit, trailers_of


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
