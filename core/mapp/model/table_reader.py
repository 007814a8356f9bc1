"""Parses untrusted documents: small getters that know their path in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Self, TypeVar

from mapp.errors import Problem

Value = TypeVar("Value")

_KINDS: Final[dict[type, str]] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


class TableReader:
    """One table of a document; mistakes are collected in `problems`, never raised."""

    def __init__(self, document: object, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        if not isinstance(document, Mapping):
            self.refuse("", "must be a table")
            document = {}
        self.document: Mapping[str, Any] = document

    def path_of(self, key: str) -> str:
        """Returns the path of a key in the file."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def refuse(self, key: str, message: str) -> None:
        """Records a problem with a key, or with the table itself if the key is empty."""
        self.problems.append(Problem(path=self.path_of(key), message=message))

    def only(self, *known: str) -> None:
        """Refuses every other key."""
        for key in self.document:
            if key not in known:
                self.refuse(str(key), f"is not a known key: {', '.join(known)}")

    def inner(self, key: str) -> Self:
        """Returns the reader of a table inside this one; it is empty if the table is missing."""
        return type(self)(self.document.get(key, {}), self.path_of(key), self.problems)

    def rows(self, key: str, most: int) -> Iterator[Self]:
        """Yields the readers of a list of tables; a list that is too long is refused without reading it."""
        rows = self.get(key, list, [])
        if len(rows) > most:
            self.refuse(key, f"has more than {most} entries")
            return
        for number, row in enumerate(rows):
            yield type(self)(row, f"{self.path_of(key)}[{number}]", self.problems)

    def get(self, key: str, kind: type[Value], default: Value, *, needed: bool = False) -> Value:
        """Returns a value of one type, or the default if it is missing or has another type."""
        if key not in self.document:
            if needed:
                self.refuse(key, "is missing")
            return default
        value = self.document[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, f"must be {_KINDS[kind]}")
            return default
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """Returns a required whole number within bounds."""
        value = self.get(key, int, low, needed=True)
        if not low <= value <= high:
            self.refuse(key, f"must be between {low} and {high}")
        return value

    def line(self, key: str, longest: int) -> str:
        """Returns a required line of printable text."""
        text = self.get(key, str, "", needed=True)
        if isinstance(self.document.get(key), str) and not text.strip():
            self.refuse(key, "is empty")
        if len(text) > longest or not text.isprintable():
            self.refuse(key, f"must be one line of at most {longest} printable characters")
        return text

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """Returns a list of texts, each of 1 to 300 characters."""
        values = self.get(key, list, [])
        if len(values) > most or not all(isinstance(text, str) and 0 < len(text) <= 300 for text in values):
            self.refuse(key, f"must be a list of at most {most} texts of 1 to 300 characters")
            return ()
        return tuple(values)
