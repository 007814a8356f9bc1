"""A parsed request and the words around its mentions."""

from mapp.route.read.parsed_request import around, context, place_at, reach, read, text_shape, within


def test_numbers_in_quotes_are_not_numbers_of_the_request() -> None:
    reading = read("repeat '7 times 8' 3 times")
    assert [mention.value for mention in reading.numeric] == [3]
    assert [mention.value for mention in reading.quoted] == ["7 times 8"]
    assert within(reading.numeric[0].span, reading.quoted) is False


def test_words_in_quotes_are_not_words_of_the_request() -> None:
    reading = read("encode 'secret'")
    assert "encod" in reading.words and "^ encod" in reading.words
    assert "secret" not in reading.words and '"a' in reading.words
    assert "secret" not in reading.forms


def test_an_attachment_adds_only_its_shape() -> None:
    assert read("encode it", "Ab 1").words - read("encode it").words == {"attached aA1 "}


def test_a_shortened_stem_finds_the_longer_word() -> None:
    reading = read("musical")
    assert reading.clipped["music"] == ["musical"]
    assert "musi" not in reading.clipped


def test_the_words_around_a_span_are_the_nearest_first() -> None:
    text = "one two three four five 20 six seven"
    reading = read(text)
    start = text.index("20")
    before, after = around(reading, (start, start + 2))
    assert [token.text for token in before] == ["five", "four", "three", "two"]
    assert [token.text for token in after] == ["six", "seven"]
    assert place_at(reading, len(text)) == len(reading.tokens)
    assert {"k|p1|fiv", "k|n1|six", "k|pn|fiv six"} <= set(context("k", before, after))
    assert {"k|p1|^", "k|n1|$"} <= set(context("k", [], []))


def test_the_description_of_a_span_ends_at_a_number_or_a_sentence() -> None:
    def described(text: str) -> list[str]:
        return [token.text for token in reach(list(reversed(read(text).tokens)))]

    assert described("stop here. rate of") == ["of", "rate"]
    assert described("rate 5 over") == ["over"]
    assert described("a, the rate") == ["rate", "the"]


def test_the_shape_of_a_text_names_each_kind_of_character_once() -> None:
    assert text_shape("Hello, World 42") == "aA1 ."
    assert text_shape("") == ""
    assert text_shape("x" * 200 + "9") == "a"
