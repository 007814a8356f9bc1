"""The own tokeniser against the library that defines the format."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece as LibraryWordPiece

from mapp.index import sentences, wordpiece
from mapp.index.wordpiece import WordPiece, open_wordpiece, words


@pytest.fixture(scope="module")
def ours() -> WordPiece:
    return open_wordpiece()


@pytest.fixture(scope="module")
def library() -> Tokenizer:
    tokens = wordpiece._VOCABULARY.read_text(encoding="utf-8").rstrip("\n").split("\n")
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(LibraryWordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def expected(library: Tokenizer, text: str) -> list[int]:
    return [101, *library.encode(text, add_special_tokens=False).ids[:126], 102]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Add 20% VAT to €240.50, please!",
        "unaffable embeddings",
        "naïve CAFÉ Straße ΑΓΟΡΑΣ İstanbul",
        "日本語 and 한국어 mixed",
        "don't can't 3.5k 1e-9 a_b-c/d #ff00aa",
        "tabs\tand\nlines\r\nand\x00controls\x1f\x7f",
        "zero\u200bwidth\u00a0space\u3000wide",
        "🎉 👩‍👩‍👧 ½ ² ™",
        "x" * 101,
        "x" * 100,
        "word " * 300,
    ],
)
def test_a_text_gets_the_numbers_that_the_library_gives(
    ours: WordPiece, library: Tokenizer, text: str
) -> None:
    assert ours.encode(text) == expected(library, text)


LETTERS = st.text(
    st.one_of(
        st.characters(min_codepoint=1, max_codepoint=0x17F),
        st.sampled_from(
            "ßẞΣσςабвгдежзийклмнопрстуфхцчшщъыьэюя中文日本語한국어—–“”‘’…€£¥½²•\u2028\u3000\ufffd🎉"
        ),
    ),
    max_size=60,
)


@settings(max_examples=400, deadline=None)
@given(text=LETTERS)
def test_any_text_gets_the_numbers_that_the_library_gives(
    ours: WordPiece, library: Tokenizer, text: str
) -> None:
    assert ours.encode(text) == expected(library, text)


def test_the_longest_text_has_128_numbers(ours: WordPiece) -> None:
    assert len(ours.encode("a " * 100_000)) == 128


def test_words_and_marks_stand_apart() -> None:
    assert words("What's 3.5%?") == ["what", "'", "s", "3", ".", "5", "%", "?"]


def test_the_marks_of_the_model_cannot_be_typed(ours: WordPiece) -> None:
    assert 102 not in ours.encode("one [SEP] two")[:-1]


def test_the_vocabulary_is_the_one_that_the_digest_names() -> None:
    content = wordpiece._VOCABULARY.read_bytes()
    assert hashlib.sha256(content).hexdigest() == sentences._VOCABULARY_DIGEST
