"""What was trained on the starter apps and ships with mapp, so that a new library need not train it again.

One zip file holds the filler's cues of each starter app and the recogniser of all of them. Training gives
the same bytes on every machine (see `mapp.route.recognise.exact`), so the file is made once, by
`python -m mapp.ops.manage.record_starter`. Cues count for an app with the same tree, and the recogniser for
the same embedder, background and formats. A file that is damaged or does not match counts as missing.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.index.entry import LAYOUT
from mapp.route import per_app_table
from mapp.route.fill.cues import Cues
from mapp.route.recognise import classifier
from mapp.starter import bundle

if TYPE_CHECKING:
    from mapp.index.embed import Embedder

_FORM: Final = 1
"""Counts up when the file holds the same content in another form."""
_LABEL: Final = "label.json"
_CUES: Final = "cues.json"
_RECOGNISER: Final = "recogniser.npz"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_DAMAGE: Final = (
    OSError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What `zipfile`, `json` and the lookups raise on bytes that `write` did not write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedRecogniser:
    """The shipped recogniser, and how the apps of a library differ from those it was trained on."""

    data: bytes
    model: classifier.Recogniser
    changed: tuple[str, ...]
    """Apps of the library that are new, or have another tree."""
    gone: tuple[str, ...]
    """Starter apps that the library does not have."""


@dataclass(frozen=True)
class Shipped:
    """The file, read on first use."""

    path: Path = bundle.TRAINED

    def cues(self, trees: Mapping[str, str]) -> dict[str, Cues]:
        """Returns the cues of those of the given apps (name -> tree) that are unchanged starter apps."""
        label = self._label
        if label.get("form") != _FORM or label.get("lessons") != per_app_table.FILE:
            return {}
        with suppress(*_DAMAGE):
            same = sorted(name for name, tree in trees.items() if label["apps"].get(name) == tree)
            documents = json.loads(self._part(_CUES)) if same else {}
            return {name: Cues.from_dict(documents[name]) for name in same}
        return {}

    def recogniser(
        self, trees: Mapping[str, str], embedder: Embedder, background: str
    ) -> TrainedRecogniser | None:
        """Returns the recogniser; None where it was trained with another embedder, background or format.

        Args:
            trees: every app of the library, with its tree.
            embedder: the one that the library uses.
            background: the hash of the background's texts.
        """
        label = self._label
        if any(label.get(key) != value for key, value in _origin(embedder, background).items()):
            return None
        with suppress(*_DAMAGE):
            known = dict(label["apps"])
            data = self._part(_RECOGNISER)
            return TrainedRecogniser(
                data=data,
                model=classifier.loaded(io.BytesIO(data)),
                changed=tuple(sorted(name for name, tree in trees.items() if known.get(name) != tree)),
                gone=tuple(sorted(known.keys() - trees.keys())),
            )
        return None

    @cached_property
    def _members(self) -> dict[str, bytes]:
        with suppress(*_DAMAGE), zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in (_LABEL, _CUES, _RECOGNISER)}
        return {}

    @cached_property
    def _label(self) -> dict[str, Any]:
        with suppress(*_DAMAGE):
            label = json.loads(self._members[_LABEL])
            return label if isinstance(label, dict) else {}
        return {}

    def _part(self, name: str) -> bytes:
        data = self._members[name]
        if hashlib.sha256(data).hexdigest() != self._label["hashes"][name]:
            raise ValueError(f"{self.path.name}: {name} is damaged")
        return data


def write(
    path: Path,
    *,
    trees: Mapping[str, str],
    cues: Mapping[str, Cues],
    recogniser: bytes,
    embedder: Embedder,
    background: str,
) -> None:
    """Writes what was trained on the given apps (name -> tree)."""
    parts = {
        _CUES: _json({name: cues[name].to_dict() for name in sorted(cues)}),
        _RECOGNISER: recogniser,
    }
    label = {
        **_origin(embedder, background),
        "apps": dict(sorted(trees.items())),
        "hashes": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {_LABEL: _json(label), **parts}.items():
            # A fixed date: the same content gives the same bytes.
            member = zipfile.ZipInfo(name, _DATE)
            archive.writestr(member, data, compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def differences(one: Path, other: Path) -> tuple[str, ...]:
    """Returns the names of the parts in which two files differ, however they are compressed."""
    ours, theirs = Shipped(one)._members, Shipped(other)._members
    if not ours or not theirs:
        return (_LABEL, _CUES, _RECOGNISER)
    return tuple(name for name in ours if ours[name] != theirs[name])


def _origin(embedder: Embedder, background: str) -> dict[str, object]:
    return {
        "form": _FORM,
        "lessons": per_app_table.FILE,
        "recogniser": classifier.FORMAT,
        "layout": LAYOUT,
        "embedder": embedder.digest,
        "background": background,
    }


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
