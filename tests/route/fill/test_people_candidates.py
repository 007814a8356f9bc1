"""The size of a group as a number of people."""

import pytest

from mapp.model.request import Request
from mapp.route.fill.fill import fill
from mapp.route.fill.people_candidates import counts_people, uncounted_groups
from mapp.route.fill.slots import slots_of
from mapp.route.read.parsed_request import read
from support.filling import probe, slot

BILL = probe(
    '[input.bill]\ntype = "number"\ndescription = "Amount of the bill"\n'
    '[input.people]\ntype = "integer"\nminimum = 1\ndefault = 1\ndescription = "People that share"'
)
TRIP = probe('[input.cost]\ntype = "number"\n[input.travellers]\ntype = "integer"\nminimum = 1')


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("bill of 80 for me and 3 friends", 4), ("my wife and I and two kids, bill 80", 4),
        ("bill 80 with 3 friends", 3), ("3 friends had a dinner of 80", 3),
        ("bill 80 for both of us", 2), ("bill 80, the two of us", 2), ("bill 80 between 5 people", 5),
    ],
)  # fmt: skip
def test_the_speaker_counts_as_one_of_the_people(text: str, size: int) -> None:
    assert fill(Request(text=text), BILL).arguments == {"bill": 80, "people": size}


def test_the_argument_may_have_another_name() -> None:
    found = fill(Request(text="trip with cost 900 for me and 2 colleagues"), TRIP)
    assert found.arguments == {"cost": 900, "travellers": 3}


def test_an_argument_that_counts_things_keeps_the_number() -> None:
    assert not counts_people(slot("boxes", 'type = "integer"'))
    assert not counts_people(slot("cost", 'type = "number"\ndescription = "Cost per person"'))
    boxes = probe('[input.boxes]\ntype = "integer"')
    assert fill(Request(text="boxes for me and 3 friends"), boxes).arguments == {"boxes": 3}


def test_a_group_of_unknown_size_is_told_apart_from_one_person() -> None:
    def uncounted(text: str) -> list[str]:
        spans = [(name, (start, end)) for name, start, end in fill(Request(text=text), BILL).spans]
        return list(uncounted_groups(read(text), slots_of(BILL), spans))

    assert uncounted("bill 80 for me and my friends") == ["me and my friends"]
    assert uncounted("bill 80 for me and my friends, 5 people") == []
    assert uncounted("bill 80") == []
