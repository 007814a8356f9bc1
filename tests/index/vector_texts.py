"""Texts of many kinds, and the hash of their vectors: `python vector_texts.py` prints it.

It runs in processes of its own, under other processors and versions of numpy, and needs nothing but mapp.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

TEXTS = (
    "",
    " ",
    "\n\t\r",
    "\x00\x1f\ufffd",
    "a",
    "?",
    "...!!!",
    "0",
    "hello",
    "what is 240 plus VAT",
    "convert 3 miles to kilometres",
    "sort these lines in descending order",
    "median of 3 9 2 7",
    "book a flight to rome",
    "how many seconds in a day",
    "WHAT IS THE TIME",
    "what  is\tthe   time",
    "$1,234,567.89 at 7.25% for 30 years",
    "1.5e-7 + 3/4 - (2^10) * 0x1F",
    "2026-11-30T08:15:00Z minus 90 minutes",
    "https://example.org/path?query=1&other=two#three",
    "user.name+tag@example.org",
    '{"key": [1, 2, {"deep": null}]}',
    "def main(input, host): return input.price * 1.2",
    "SELECT count(*) FROM runs WHERE outcome = 'value'",
    "naïve café, coöperate, Ångström, Đặng",
    "ﬁnancial ﬂow ½ ⅔ ² ™ № ℃",
    "Straße, groß, ẞ",
    "Grüße aus Köln, überübermorgen",
    "el niño comió piñas mañana",
    "Quelle heure est-il à Montréal ?",
    "Сколько будет двадцать процентов от ста?",
    "Πόσο κάνει; ΟΔΟΣ οδος",
    "כמה זה עשרים אחוזים",
    "كم عشرون بالمئة من مئة",
    "सौ का बीस प्रतिशत कितना है",
    "หนึ่งร้อยบวกยี่สิบ",
    "一百的百分之二十是多少",
    "東京の天気はどうですか",
    "서울의 날씨는 어때요",
    "🎉 👩‍👩‍👧 ✅ ➕ 🇩🇪",
    "mixed 日本語 and English и русский",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "x" * 99,
    "x" * 101,
    "x" * 20_000,
    "word " * 50,
    "word " * 125,
    "word " * 126,
    "word " * 127,
    "word " * 5_000,
    " ".join(str(number) for number in range(300)),
    "the quick brown fox jumps over the lazy dog " * 3,
    "the quick brown fox jumps over the lazy dog " * 20,
)


def digest() -> str:
    """Returns the hash of the vectors of all texts, embedded together."""
    from mapp.index.sentences import MiniLM

    return hashlib.sha256(MiniLM().embed(TEXTS).tobytes()).hexdigest()


if __name__ == "__main__":
    core = str(Path(__file__).resolve().parents[2] / "core")
    sys.path.insert(0, core)
    print(digest())
