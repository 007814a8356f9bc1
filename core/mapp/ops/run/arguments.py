"""Parses what a person typed (`key=value`, `--input`) into the arguments of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mapp.errors import InvalidArguments, NotFound, Problem, UsageError
from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.model.values import MAX_TEXT_LENGTH, InvalidValue, JSONValue, parse
from mapp.suggested_commands import suggested_command


def read_attachment(path: Path) -> str:
    """Returns the text of an attached file.

    Raises:
        NotFound: there is no such file.
        InvalidValue: the file is too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_TEXT_LENGTH:
            raise _too_large(str(path), path.stat().st_size)
        with path.open("rb") as file:  # a pipe or device has no size, and may never end
            return decode_attachment(file.read(MAX_TEXT_LENGTH + 1), str(path))
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path} cannot be read: {reason}") from None


def decode_attachment(data: bytes, what: str) -> str:
    """Returns attached bytes as text.

    Raises:
        InvalidValue: the data is too large or not UTF-8.
    """
    if len(data) > MAX_TEXT_LENGTH:
        raise _too_large(what, len(data))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValue(
            f"{what} is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}"
        ) from None


Read = Callable[[str], str]
"""Returns the text of a file by its name."""


def _read_file(name: str) -> str:
    return read_attachment(Path(name))


def parse_pairs(manifest: Manifest, pairs: Iterable[str], *, read: Read = _read_file) -> dict[str, JSONValue]:
    """Returns arguments from `key=value` words; the schema of an argument says how its value is read.

    A text argument takes the value verbatim. Others take JSON; lists also take `1,2,3`. `key=@FILE` takes the
    content of the file, which `read` returns.

    Raises:
        InvalidArguments: some words are wrong; the error names all of them.
    """
    arguments: dict[str, JSONValue] = {}
    problems: list[Problem] = []
    for pair in pairs:
        name, sign, text = pair.partition("=")
        argument = manifest.argument(name)
        if not sign:
            problems.append(Problem(path=pair, message="is not key=value"))
        elif argument is None:
            known = ", ".join(row.name for row in manifest.arguments) or "nothing"
            problems.append(
                Problem(path=name, message=f"is not an argument of {manifest.name}, which takes {known}")
            )
        elif name in arguments:
            problems.append(Problem(path=name, message="is given twice"))
        else:
            try:
                arguments[name] = _value(argument, text, read)
            except InvalidValue as error:
                problems.append(Problem(path=name, message=error.message))
    if problems:
        raise InvalidArguments(
            f"the arguments do not fit {manifest.name}",
            problems,
            hint=f"mapp show {manifest.name} lists what it takes",
        )
    return arguments


def arguments_from(manifest: Manifest, text: str) -> dict[str, JSONValue]:
    """Returns the arguments in the JSON text of `--input`.

    Raises:
        InvalidValue: the text is not a JSON object; the hint says how to attach a text.
    """
    attached = next((row for row in manifest.arguments if row.attachment), None)
    hint = (
        ""
        if attached is None
        else f"to attach a text: {suggested_command('exec', manifest.name, f'{attached.name}=@FILE')}"
    )
    try:
        value = parse(text, what="the input")
    except InvalidValue as error:
        error.hint = error.hint or hint
        raise
    if not isinstance(value, dict):
        raise InvalidValue("the input must be a JSON object of arguments", hint=hint)
    return value


def _value(argument: Argument, text: str, read: Read) -> JSONValue:
    schema = argument.schema
    if not text.isprintable() and any(0xD800 <= ord(character) < 0xE000 for character in text):
        raise InvalidValue("is not text in the terminal's encoding")
    if text.startswith("@") and len(text) > 1 and (argument.attachment or not is_valid(schema, text)):
        text = read(text[1:])
    if "string" in schema.types and len(schema.types) == 1:
        return text
    if schema.enum is not None and text in schema.enum:
        return text
    if "array" in schema.types and not text.lstrip().startswith("["):
        return _plain_list(schema, text)
    try:
        return parse(text, what=f"{text[:60]!r}")
    except InvalidValue:
        if is_valid(schema, text):
            return text
        raise InvalidValue(f"{text[:60]!r} is not {_wanted(schema)}") from None


def _plain_list(schema: Schema, text: str) -> JSONValue:
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if schema.items is not None and schema.items.types == ("string",):
        return [*parts]
    return parse(f"[{','.join(parts)}]", what=f"{text[:60]!r}")


def _wanted(schema: Schema) -> str:
    if schema.enum is not None:
        return "one of " + ", ".join(str(value) for value in schema.enum)
    return "a JSON value of type " + " or ".join(schema.types or ("any",))


def _too_large(what: str, size: int) -> InvalidValue:
    return InvalidValue(
        f"{what} is too large: {size:,} bytes, the limit is {MAX_TEXT_LENGTH:,}",
        hint="split it into smaller parts",
    )
