from mapp.route.read.parsed_request import read
from mapp.route.read.qualifiers.find import qualifiers
from mapp.route.read.tokens import tokenise


def test_qualifiers_of_all_kinds_are_found_in_one_text() -> None:
    found = qualifiers(
        tokenise("how many working days in Russia, excluding the last day, and email it to me")
    )
    assert {row.sort for row in found} >= {"counted-unit", "method", "place", "exclude", "verb"}


def test_a_quotation_has_no_qualifiers() -> None:
    assert read("encode 'only this without that, squared'").qualifiers == ()
    assert {row.key for row in read("encode 'x' without padding").qualifiers} == {"exclude pad"}
