"""The app says under which licence it may be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Release, Submission

FILES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "COPYING")
_IDENTIFIER: Final = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9][A-Za-z0-9.+-]{0,60})")
_TEXTS: Final = (
    ("Apache-2.0", "apache license version 2.0"),
    ("MPL-2.0", "mozilla public license version 2.0"),
    ("AGPL-3.0", "gnu affero general public license version 3"),
    ("LGPL-3.0", "gnu lesser general public license version 3"),
    ("GPL-3.0", "gnu general public license version 3"),
    ("GPL-2.0", "gnu general public license version 2"),
    ("MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("0BSD", "permission to use, copy, modify, and/or distribute this software for any purpose with or "
     "without fee is hereby granted. the software is provided"),
    ("ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"),
    ("BSD-3-Clause", "neither the name of"),
    ("BSD-2-Clause", "redistribution and use in source and binary forms"),
    ("Unlicense", "this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", "cc0 1.0 universal"),
)  # fmt: skip
"""A sentence of each common licence, the more specific ones first."""


def licence_of(release: Release) -> str:
    """Returns the SPDX identifier of an app's licence; empty if there is none that mapp knows.

    It is named in `main.js` or `README.md` (`SPDX-License-Identifier: MIT`), or recognised in the licence's
    file.
    """
    for path in ("main.js", "README.md", *FILES):
        text = release.files.get(path, b"").decode("utf-8", "replace")
        if found := _IDENTIFIER.search(text):
            return found[1]
    for path in FILES:
        plain = re.sub(r"[\s,]+", " ", release.files.get(path, b"").decode("utf-8", "replace").casefold())
        for name, sentence in _TEXTS:
            if re.sub(r"[\s,]+", " ", sentence) in plain:
                return name
    return ""


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.release is None:
        return
    found, allowed = licence_of(submission.release), submission.policy.licences
    if not found:
        yield Objection(
            message="the app has no known licence",
            fix="add a file LICENSE, or a line `// SPDX-License-Identifier: MIT` to main.js",
        )
    elif allowed and found not in allowed:
        yield Objection(
            message=f"its licence is {found}; this registry accepts {', '.join(allowed)}",
            fix="choose one of those, or ask a maintainer to override this check",
        )


CHECK = RegistryCheck(
    name="licence",
    reason="Without a licence nobody but the author may use or fix the app.",
    stage="app",
    run=_objections,
)
