"""`mapp.toml`: an app's name, input, output, capabilities and limits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import InvalidManifest, Problem
from mapp.model.capabilities import NOTHING, Capabilities, read_capabilities
from mapp.model.names import app_name_fault, identifier_fault
from mapp.model.schema import ABSENT, Schema, read_schema
from mapp.model.table_reader import TableReader
from mapp.model.version import Version

MAX_MANIFEST_SIZE: Final = 256 * 1024
"""The largest manifest, in characters."""

MAX_ARGUMENTS: Final = 64

_ANNOTATIONS: Final = ("unit", "optional", "attachment", "words")


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """One named argument of an app, with hints for filling it from a request.

    `unit` is the value's unit; `attachment` says that it takes the text of `--input`;
    `words` are pairs (enum value, words that people use for it).
    """

    name: str
    schema: Schema
    optional: bool = False
    unit: str | None = None
    attachment: bool = False
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def required(self) -> bool:
        """Returns whether every call must supply it."""
        return not self.optional and not self.schema.has_default

    def to_dict(self) -> dict[str, Any]:
        """Returns its `[input.NAME]` table."""
        document = self.schema.to_dict()
        if self.optional:
            document["optional"] = True
        if self.unit is not None:
            document["unit"] = self.unit
        if self.attachment:
            document["attachment"] = True
        if self.words:
            document["words"] = {value: list(words) for value, words in self.words}
        return document


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Limits for one run: milliseconds of wall-clock time, MiB of memory, KiB of output."""

    wall_ms: int = 2000
    memory_mb: int = 64
    output_kb: int = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """An app's `mapp.toml`."""

    name: str
    version: Version
    description: str
    output: Schema
    sources: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    capabilities: Capabilities = NOTHING
    limits: Limits = Limits()

    @property
    def input_schema(self) -> Schema:
        """Returns the schema of all arguments as one closed object."""
        return Schema(
            types=("object",),
            properties=tuple((argument.name, argument.schema) for argument in self.arguments),
            required=tuple(argument.name for argument in self.arguments if argument.required),
            closed=True,
        )

    @property
    def error_codes(self) -> frozenset[str]:
        """Returns the codes of the declared refusals."""
        return frozenset(code for code, _ in self.errors)

    def argument(self, name: str) -> Argument | None:
        """Returns the argument of that name, or None."""
        return next((argument for argument in self.arguments if argument.name == name), None)

    @classmethod
    def from_toml(cls, text: str) -> Manifest:
        """Parses a manifest from TOML.

        Raises:
            InvalidManifest: lists every mistake with its path.
        """
        if len(text) > MAX_MANIFEST_SIZE:
            raise InvalidManifest(f"mapp.toml is larger than {MAX_MANIFEST_SIZE // 1024} KiB")
        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise InvalidManifest(f"mapp.toml is not TOML: {error}") from None
        return cls.from_dict(document)

    @classmethod
    def from_dict(cls, document: object) -> Manifest:
        """Parses a manifest from a document; inverse of `to_dict`.

        Raises:
            InvalidManifest: lists every mistake with its path.
        """
        problems: list[Problem] = []
        manifest = _ManifestReader(document, "", problems).manifest()
        if problems:
            raise InvalidManifest("mapp.toml is not a valid manifest", problems)
        return manifest

    def to_dict(self) -> dict[str, Any]:
        """Returns the manifest as a document that `tomli_w` can write."""
        document: dict[str, Any] = {
            "manifest": 1,
            "name": self.name,
            "version": str(self.version),
            "description": self.description,
        }
        if self.sources:
            document["sources"] = list(self.sources)
        document["input"] = {argument.name: argument.to_dict() for argument in self.arguments}
        document["output"] = self.output.to_dict()
        if self.errors:
            document["errors"] = dict(self.errors)
        if self.capabilities.names:
            document["capabilities"] = self.capabilities.to_dict()
        limits = {
            name: value for name, value in _limits(self.limits).items() if value != _limits(Limits())[name]
        }
        if limits:
            document["limits"] = limits
        return document


def _limits(limits: Limits) -> dict[str, int]:
    return {"wall_ms": limits.wall_ms, "memory_mb": limits.memory_mb, "output_kb": limits.output_kb}


_RANGES: Final = {"wall_ms": (1, 60_000), "memory_mb": (8, 1024), "output_kb": (1, 16_384)}


class _ManifestReader(TableReader):
    """Parses the document of a manifest."""

    def manifest(self) -> Manifest:
        keys = ("manifest", "name", "version", "description", "sources")
        tables = ("input", "output", "errors", "capabilities", "limits")
        self.only(*keys, *tables)
        if self.get("manifest", int, 1, needed=True) != 1:
            self.refuse("manifest", "this mapp reads version 1 of the manifest")
        manifest = Manifest(
            name=self.name(),
            version=self.version(),
            description=self.line("description", 300),
            sources=self.texts("sources", 50),
            arguments=tuple(self.arguments()),
            output=self.output(),
            errors=tuple(self.errors()),
            capabilities=read_capabilities(self.inner("capabilities")),
            limits=self.inner("limits").limits(),
        )
        return self.consistent(manifest)

    def name(self) -> str:
        name = self.get("name", str, "", needed=True)
        if name and (fault := app_name_fault(name)):
            self.refuse("name", f"{name!r} {fault}")
        return name

    def version(self) -> Version:
        nothing = Version(major=0, minor=0, patch=0)
        text = self.get("version", str, "", needed=True)
        try:
            return Version.parse(text) if text else nothing
        except ValueError as error:
            self.refuse("version", f"{text!r} {error}")
            return nothing

    def arguments(self) -> Iterator[Argument]:
        table = self.inner("input")
        if len(table.document) > MAX_ARGUMENTS:
            table.refuse("", f"has more than {MAX_ARGUMENTS} arguments")
            return
        for name in table.document:
            if fault := identifier_fault(str(name)):
                table.refuse(str(name), fault)
            else:
                yield table.inner(name).argument(name)

    def argument(self, name: str) -> Argument:
        document = {key: value for key, value in self.document.items() if key not in _ANNOTATIONS}
        schema = read_schema(document, self.path, self.problems)
        optional = self.get("optional", bool, False)
        if optional and schema.has_default:
            self.refuse("optional", "cannot be combined with a default, which makes it optional already")
        return Argument(
            name=name,
            schema=schema,
            optional=optional,
            unit=self.get("unit", str, "") or None,
            attachment=self.get("attachment", bool, False),
            words=tuple(self.inner("words").words(schema)),
        )

    def words(self, schema: Schema) -> Iterator[tuple[str, tuple[str, ...]]]:
        for value in self.document:
            if schema.enum is None or value not in schema.enum:
                self.refuse(value, "is not a value of the enum")
            yield value, self.texts(value, 100)

    def output(self) -> Schema:
        if "output" not in self.document:
            self.refuse("output", "is missing")
            return Schema()
        return read_schema(self.document["output"], "output", self.problems)

    def errors(self) -> Iterator[tuple[str, str]]:
        table = self.inner("errors")
        for code in table.document:
            if fault := identifier_fault(code):
                table.refuse(code, fault)
            yield code, table.line(code, 300)

    def limits(self) -> Limits:
        self.only(*_RANGES)
        found: dict[str, int] = {}
        for key, (low, high) in _RANGES.items():
            if key in self.document:
                found[key] = self.get(key, int, low)
                if not low <= found[key] <= high:
                    self.refuse(key, f"must be between {low} and {high}")
        return replace(Limits(), **found)

    def consistent(self, manifest: Manifest) -> Manifest:
        if not self.problems:
            from mapp.model.validation import schema_faults  # it imports this module

            for argument in manifest.arguments:
                self.problems.extend(schema_faults(argument.schema, f"input.{argument.name}"))
            self.problems.extend(schema_faults(manifest.output, "output"))
        if sum(argument.attachment for argument in manifest.arguments) > 1:
            self.refuse("input", "more than one argument is marked as the attachment")
        if manifest.output.default is not ABSENT:
            self.refuse("output.default", "an output has no default")
        return manifest
