from __future__ import annotations

import pytest

from mapp.errors import IntegrityError, InvalidInput
from mapp.model.recording import (
    MAX_REFUSED,
    Exchange,
    Recording,
    read_recording,
    refused_calls,
    write_recording,
)

REFUSED = Exchange(
    name="http", arguments='[{"url":"https://a.example/x?key=1"}]', code="forbidden", message="not granted"
)


def test_a_recording_survives_a_round_trip() -> None:
    answered = Exchange(name="store.get", arguments='["a"]', answer='"1"')
    recording = Recording(name="one", exchanges=(answered, REFUSED), now=5, seed=7)

    assert Recording.from_dict(recording.to_dict(), "one") == recording
    assert read_recording(write_recording(recording.exchanges)) == recording.exchanges


def test_different_spellings_of_a_call_are_equal() -> None:
    one = Exchange(name="http", arguments='[{"url": "u", "method": "GET"}]')
    other = Exchange(name="http", arguments='[{"method":"GET","url":"u"}]')

    assert one.asked == other.asked


def test_refused_calls_are_counted_and_shown_without_the_query() -> None:
    (found,) = refused_calls([REFUSED, REFUSED, Exchange(name="llm", arguments="[]")])

    assert str(found) == "http GET https://a.example/x: forbidden (not granted), 2 times"


def test_the_list_of_refused_calls_is_limited() -> None:
    calls = [Exchange(name="llm", arguments="[]", code=f"c{number}") for number in range(50)]

    assert len(refused_calls(calls)) == MAX_REFUSED


@pytest.mark.parametrize("text", ["", "5", "[1]", '[{"call": 5, "arguments": []}]', '[{"arguments": []}]'])
def test_a_damaged_recording_of_the_journal_is_an_error(text: str) -> None:
    with pytest.raises(IntegrityError, match="is damaged"):
        read_recording(text)


def test_a_file_of_another_version_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        Recording.from_dict({"recording": 2}, "one", "tests/recordings/one.json")

    assert [row.path for row in caught.value.problems] == ["tests/recordings/one.json.recording"]
