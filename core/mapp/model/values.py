"""JSON values: reads I-JSON (RFC 7493), writes canonical text (RFC 8785)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from mapp.errors import InvalidInput, Problem

JSONValue: TypeAlias = "None | bool | int | float | str | list[JSONValue] | dict[str, JSONValue]"

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
MAX_TEXT_LENGTH: Final = 16 * 1024 * 1024
"""The longest JSON text that is read, in characters."""
MAX_PROBLEMS: Final = 20
"""How many mistakes one report lists."""


class InvalidValue(InvalidInput):
    """A text is not JSON, or a value is not I-JSON."""

    code = "MAPP-0150"


def parse(
    text: str, *, what: str = "the input", longest: int = MAX_TEXT_LENGTH, doubles: bool = False
) -> JSONValue:
    """Parses a JSON text.

    It refuses what I-JSON refuses: duplicate names, NaN and Infinity, integers beyond ±(2^53−1), lone
    surrogates. It also refuses nesting deeper than 64 levels.

    With `doubles`, larger whole numbers are read as doubles, as in JavaScript.

    Raises:
        InvalidValue: with the position in the text or the path of the value.
    """
    if len(text) > longest:
        raise InvalidValue(
            f"{what} is too large: {len(text):,} characters, at most {longest:,} are read",
            hint="split it into smaller parts",
        )
    try:
        value: JSONValue = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_double if doubles else None,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidValue(f"{what} is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise InvalidValue(f"{what} is nested too deeply: more than {MAX_DEPTH} levels") from None
    except ValueError as error:
        said = "a number has too many digits" if "int_max_str_digits" in str(error) else str(error)
        raise InvalidValue(f"{what} is not JSON: {said}") from None
    return checked(value, what=what)


def checked(value: object, *, what: str = "the value") -> JSONValue:
    """Returns the value itself if it is I-JSON.

    Raises:
        InvalidValue: lists every invalid path.
    """
    problems: list[Problem] = []
    _inspect(value, "", 0, problems)
    if problems:
        raise InvalidValue(f"{what} is not I-JSON", problems)
    return value  # type: ignore[return-value]  # _inspect has just established it


def canonical(value: JSONValue) -> str:
    """Returns the canonical JSON text of a value, as RFC 8785 defines it.

    >>> canonical({"b": 1.0, "a": [1e21, 0.000001]})
    '{"a":[1e+21,0.000001],"b":1}'
    """
    return "".join(_pieces(value))


def same(one: JSONValue, other: JSONValue) -> bool:
    """Returns whether two values are equal as JSON: 1 equals 1.0, true does not equal 1."""
    return canonical(one) == canonical(other)


def _unique(pairs: list[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the name {twice!r} appears twice in one object")
    return found


def _double(text: str) -> int | float:
    number = int(text) if len(text) < 17 else float(text)
    return number if abs(number) <= MAX_INTEGER else float(number)


def _no_constant(name: str) -> JSONValue:
    raise ValueError(f"{name} is not a JSON number")


def _inspect(value: object, path: str, depth: int, problems: list[Problem]) -> None:
    if len(problems) >= MAX_PROBLEMS:
        return
    if depth > MAX_DEPTH:
        problems.append(Problem(path=path[:200], message=f"is nested deeper than {MAX_DEPTH} levels"))
        return
    match value:
        case None | bool():
            pass
        case int() | float() | str():
            fault = _scalar_fault(value)
            if fault:
                problems.append(Problem(path=path, message=fault))
        case list() | tuple():
            for index, item in enumerate(value):
                _inspect(item, f"{path}[{index}]", depth + 1, problems)
        case Mapping():
            for name, item in value.items():
                if not isinstance(name, str):
                    problems.append(Problem(path=path, message=f"has a name that is not text: {name!r}"))
                    continue
                fault = _scalar_fault(name)
                if fault:
                    problems.append(Problem(path=path, message=f"has a name that {fault}"))
                _inspect(item, f"{path}.{name}" if path else name, depth + 1, problems)
        case _:
            problems.append(Problem(path=path, message=f"is not a JSON value: {type(value).__name__}"))


def _scalar_fault(value: int | float | str) -> str:
    match value:
        case int():
            return "" if abs(value) <= MAX_INTEGER else "is an integer beyond ±(2^53−1)"
        case float():
            return "" if math.isfinite(value) else "is not a finite number"
        case str():
            return "contains a lone surrogate" if _has_surrogate(value) else ""


def _has_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _pieces(value: JSONValue) -> list[str]:
    match value:
        case dict():
            # RFC 8785 3.2.3: names are sorted by their UTF-16 code units.
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            inner = [f"{_text(name)}:{canonical(value[name])}" for name in names]
            return ["{", ",".join(inner), "}"]
        case list() | tuple():
            return ["[", ",".join(canonical(item) for item in value), "]"]
        case str():
            return [_text(value)]
        case bool() | None:
            return [json.dumps(value)]
        case int():
            # Integers beyond 2^53 are not I-JSON; smaller ones print as in ECMAScript.
            return [str(value)]
        case float():
            return [number_text(value)]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def number_text(value: float) -> str:
    """Returns a finite float as ECMAScript's Number::toString prints it (ECMA-262, 6.1.6.1.20).

    >>> [number_text(x) for x in (1.0, -0.0, 1e21, 1e-7, 0.1, 123456789012345680000.0)]
    ['1', '0', '1e+21', '1e-7', '0.1', '123456789012345680000']
    """
    if not math.isfinite(value):
        raise InvalidValue(f"{value} has no JSON text")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    # repr gives the shortest digits that read back as the same double, as ECMAScript requires.
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = point - 1
    mark = f"e{'+' if power > 0 else '-'}{abs(power)}"
    return (digits if count == 1 else f"{digits[0]}.{digits[1:]}") + mark
