import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.fill.cues import Cues
from mapp.route.fill.fill import Filling, fill


def manifest(arguments: str, name: str = "probe") -> Manifest:
    head = f'manifest = 1\nname = "{name}"\nversion = "1.0.0"\ndescription = "A probe."\nsources = ["none"]\n'
    return Manifest.from_toml(f'{head}{arguments}\n[output]\ntype = "number"\n')


def filled(text: str, app: Manifest, cues: Cues | None = None, attachment: str | None = None) -> Filling:
    return fill(Request(text=text, attachment=attachment), app, cues or Cues())


VAT = manifest(
    """
[input.price]
type = "number"
minimum = 0
[input.rate]
type = "number"
default = 20
unit = "percent"
[input.direction]
enum = ["add", "remove"]
default = "add"
[input.direction.words]
add = ["plus", "on top"]
remove = ["without", "take off", "deduct"]
"""
)
RATIO = manifest('[input.part]\ntype = "number"\n[input.whole]\ntype = "number"')
BETWEEN = manifest('[input.from]\ntype = "number"\n[input.to]\ntype = "number"')


# Numbers


def test_money_and_percent_find_their_arguments() -> None:
    filling = filled("what is 240 euros plus 20% VAT", VAT)
    assert filling.arguments == {"price": 240, "rate": 20, "direction": "add"}
    assert filling.missing == () and filling.unused == ()
    assert 0 < filling.confidence <= 1


def test_an_argument_that_is_not_stated_keeps_its_default() -> None:
    assert filled("vat on 1,250.50", VAT).arguments == {"price": 1250.5}


def test_a_required_argument_that_is_not_stated_is_missing() -> None:
    filling = filled("add VAT to the price", VAT)
    assert filling.missing == ("price",)
    assert filling.confidence == 0


@pytest.mark.parametrize("text", ["from 3 to 7", "to 7 from 3", "between 3 and 7"])
def test_from_and_to_assign_two_numbers(text: str) -> None:
    assert filled(f"the change {text}", BETWEEN).arguments == {"from": 3, "to": 7}


def test_an_amount_is_converted_to_the_declared_unit() -> None:
    mass = manifest('[input.mass]\ntype = "number"\nunit = "g"')
    wait = manifest('[input.delay]\ntype = "integer"\nunit = "seconds"')
    assert filled("weigh 1.5 kg", mass).arguments == {"mass": 1500}
    assert filled("wait 2 hours", wait).arguments == {"delay": 7200}
    assert filled("wait 1h 30m", wait).arguments == {"delay": 5400}


def test_another_dimension_does_not_fill_a_unit() -> None:
    mass = manifest('[input.mass]\ntype = "number"\nunit = "g"')
    assert filled("weigh 5 miles", mass).missing == ("mass",) or filled("weigh 5 miles", mass).confidence < 1


def test_a_percentage_becomes_a_fraction_if_the_argument_is_one() -> None:
    share = manifest('[input.share]\ntype = "number"\nunit = "fraction"')
    assert filled("take 5%", share).arguments == {"share": 0.05}


def test_an_ambiguous_date_fills_no_argument() -> None:
    day = manifest('[input.date]\ntype = "string"\nformat = "date"')
    assert filled("weekday of 05/03/2024", day).missing == ("date",)
    assert filled("weekday of 5 March 2024", day).arguments == {"date": "2024-03-05"}


def test_numbers_outside_the_bounds_are_not_taken() -> None:
    month = manifest('[input.month]\ntype = "integer"\nminimum = 1\nmaximum = 12')
    assert filled("month 5 of 2024", month).arguments == {"month": 5}


# Words and texts


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("100 without vat", "remove"),
        ("take off vat from 100", "remove"),
        ("deducting vat from 100", "remove"),
    ],
)
def test_enum_words_are_found_in_their_variants(text: str, direction: str) -> None:
    assert filled(text, VAT).arguments["direction"] == direction


def test_two_enums_of_the_same_values_share_the_words() -> None:
    units = 'enum = ["km", "mi", "kg"]'
    app = manifest(f'[input.value]\ntype = "number"\n[input.from]\n{units}\n[input.to]\n{units}')
    assert filled("5 km to miles", app).arguments == {"value": 5, "from": "km", "to": "mi"}


@pytest.mark.parametrize(
    "text", ["slug for 'Hello, World'", 'slugify "Hello, World"', "slug of “Hello, World”"]
)
def test_quoted_text_is_taken_without_its_quotes(text: str) -> None:
    app = manifest('[input.text]\ntype = "string"')
    assert filled(text, app).arguments == {"text": "Hello, World"}


def test_a_pattern_picks_the_word_that_fits_it() -> None:
    app = manifest("[input.iban]\ntype = \"string\"\npattern = '^[A-Z]{2}[0-9]{2}[A-Z0-9 ]{4,40}$'")
    assert filled("is GB82 WEST 1234 5698 7654 32 fine", app).arguments == {
        "iban": "GB82 WEST 1234 5698 7654 32"
    }


def test_words_that_refer_to_a_text_are_not_the_text() -> None:
    app = manifest('[input.text]\ntype = "string"')
    assert filled("reverse this text", app).missing == ("text",)


def test_a_list_of_numbers_fills_an_array() -> None:
    app = manifest('[input.numbers]\ntype = "array"\nitems = {type = "number"}')
    assert filled("mean of 3, 5 and 8", app).arguments == {"numbers": [3, 5, 8]}


# Attachments


def test_the_attachment_fills_the_marked_argument() -> None:
    app = manifest('[input.text]\ntype = "string"\nattachment = true')
    assert filled("sort these lines", app, attachment="b\na").arguments == {"text": "b\na"}


def test_an_unmarked_attachment_fills_the_first_text_or_list_that_is_missing() -> None:
    app = manifest('[input.numbers]\ntype = "array"\nitems = {type = "number"}')
    assert filled("mean of these", app, attachment="3\n5\n8").arguments == {"numbers": [3, 5, 8]}
    assert filled("mean of these", app, attachment="[1, 2]").arguments == {"numbers": [1, 2]}


# Properties


NUMBERS = st.integers(0, 10**6)
SAID = "what is of the from to percent plus 'red fox' kilo 5% $3 and 2024-03-05 , ? minus"
WORDS = st.sampled_from(SAID.split())


@given(st.lists(WORDS | NUMBERS.map(str), max_size=14).map(" ".join))
def test_a_value_is_never_made_up(text: str) -> None:
    for app in (VAT, RATIO, BETWEEN):
        for name, value in filled(text, app).arguments.items():
            if name != "direction":
                digits = str(value).lstrip("-").removesuffix(".0")
                assert digits in text.replace(",", "").replace(" ", "") or "kilo" in text


@given(st.text(max_size=200))
def test_spans_are_inside_the_text(text: str) -> None:
    for _, start, end in filled(text, VAT).spans:
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=200))
def test_filling_is_deterministic(text: str) -> None:
    assert filled(text, VAT) == filled(text, VAT)


# Confidence


def test_two_values_that_could_change_places_are_a_doubt() -> None:
    clear, doubtful = filled("from 3 to 9", BETWEEN), filled("take 3 and 9", BETWEEN)
    assert clear.arguments == doubtful.arguments == {"from": 3, "to": 9}
    assert clear.confidence > 0.9 > doubtful.confidence


def test_values_that_cannot_change_places_are_no_doubt() -> None:
    marked, bare = filled("240 euros plus 20% VAT", VAT), filled("240 plus 20 VAT", VAT)
    assert marked.arguments == {"price": 240, "rate": 20, "direction": "add"}
    assert marked.confidence > bare.confidence


def test_an_unused_number_halves_the_confidence_unless_the_app_describes_itself_with_it() -> None:
    text = '[input.text]\ntype = "string"'
    other, own = manifest(text, name="hash"), manifest(text, name="sha256")
    assert (
        filled("sha-256 of 'kiwi'", own).confidence
        > 0.9
        > 0.5
        >= filled("sha-256 of 'kiwi'", other).confidence
    )


def test_a_value_of_another_argument_is_not_the_text() -> None:
    style = (
        '[input.text]\ntype = "string"\n[input.style]\nenum = ["snake", "constant"]\n[input.style.words]\n'
    )
    app = manifest(f'{style}constant = ["screaming snake case"]')
    filling = filled("turn max retry count into SCREAMING_SNAKE_CASE", app)
    assert filling.arguments == {"text": "max retry count", "style": "constant"}


def test_a_sign_between_two_values_is_a_word() -> None:
    date = '[input.date]\ntype = "string"\nformat = "date"\n[input.days]\ntype = "integer"\n[input.way]\n'
    app = manifest(
        f'{date}enum = ["add", "subtract"]\ndefault = "add"\n[input.way.words]\nsubtract = ["minus"]'
    )
    for text in ("2024-11-20 - 30 days", "2024-11-20 minus 30 days", "deduct 30 days from 2024-11-20"):
        assert filled(text, app).arguments["way"] == "subtract"
    assert filled("2024-11-20 + 30 days", app).arguments.get("way", "add") == "add"
