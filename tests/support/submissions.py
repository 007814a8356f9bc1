"""Submissions to a registry, without a remote: what a check is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mapp.model.app import content_hash, read_app
from mapp.model.interface import interface_hash
from mapp.model.verdict import Verdict
from mapp.share.checks.all_checks import CHECKS, Review, review
from mapp.share.entry import Entry, PublishedVersion, entry_path
from mapp.share.policy import Policy
from mapp.share.submission import Release, Submission
from support.apps import Draft
from support.registries import TIME, RegistryBuilder, published

LICENCE = b"// SPDX-License-Identifier: MIT\n"


def release(draft: Draft, version: str = "1.0.0", *, time: int = TIME) -> Release:
    """Returns a draft as it would be published, with made-up ids of commit and tree."""
    draft.manifest["version"] = version
    files = draft.files
    app = read_app(files)
    row = replace(
        published(version, time=time),
        description=app.manifest.description,
        content=content_hash(files),
        interface=interface_hash(app.manifest),
        capabilities=tuple(sorted(app.manifest.capabilities.names)),
    )
    return Release(app=app, files=files, published=row)


class Case:
    """A registry, and one submission to it; methods modify the submission."""

    def __init__(self, folder: Path, *listed: Entry) -> None:
        self.registry = RegistryBuilder(folder / "registry.git").commit(*listed)
        self.policy = Policy()
        self.options: dict[str, Any] = {}

    def submits(self, entry: Entry | None, **options: Any) -> Case:
        """The submission proposes this entry; without one, a name's removal."""
        name = entry.name if entry is not None else options.pop("name")
        self.options = {
            "before": self.registry.now.entry(name),
            "after": entry,
            "paths": (entry_path(name),),
            **options,
        }
        return self

    def releases(self, new: Release, replaced: Release | None = None, **options: Any) -> Case:
        """The submission adds this release of an app, on top of the versions that are there."""
        name = new.app.name
        before = self.registry.now.entry(name)
        remote = f"https://git.example.org/{name}/{name}.git"
        rows: tuple[PublishedVersion, ...] = () if before is None else before.versions
        entry = Entry(
            name=name,
            remote=remote if before is None else before.remote,
            versions=(*rows, new.published),
        )
        return self.submits(entry, release=new, replaced=replaced, **options)

    def rules(self, **changed: Any) -> Case:
        """The registry's policy has these values."""
        self.policy = replace(self.policy, **changed)
        return self

    @property
    def submission(self) -> Submission:
        """Returns the submission."""
        values = {"registry": self.registry.now, "policy": self.policy, "now": TIME, **self.options}
        return Submission(**values)

    def review(self, *override: str) -> Review:
        """Returns the review of the submission."""
        return review(self.submission, override=override)

    def refused(self) -> set[str]:
        """Returns the names of the checks that refuse."""
        return {row.check for row in self.review().with_status("refused")}

    def said(self, check: str) -> str:
        """Returns what a check objects, with its fixes."""
        rows = CHECKS[check].run(self.submission)
        return "\n".join(f"{row.message} -> {row.fix}" for row in rows)


def verdict(name: str, *, passed: bool) -> Verdict:
    """Returns a verdict with one check."""
    from mapp.model.verdict import Finding, Result

    problems = () if passed else (Finding(path="tests/examples.jsonl:1", message="returned 3, not 4"),)
    result = Result(check="examples", status="passed" if passed else "failed", problems=problems)
    return Verdict(
        app=name,
        version="1.0.0",
        tree="0" * 40,
        base=None,
        kind="add",
        mapp="1",
        engine="dukpy",
        seed=1,
        inputs=1,
        results=(result,),
    )
