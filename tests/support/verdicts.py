"""Made-up verdicts, for tests that do not run the gate."""

from __future__ import annotations

from mapp.git.identity import tree_id
from mapp.model.app import App
from mapp.model.verdict import CheckStatus, Finding, Result, Verdict
from support.apps import Draft


def passing(draft: Draft, status: CheckStatus = "passed", problems: tuple[Finding, ...] = ()) -> Verdict:
    """Returns a verdict on a draft, with one check of the given status."""
    return Verdict(
        app=draft.name,
        version="1.0.0",
        tree=tree_id(draft.files),
        base=None,
        kind="add",
        mapp="0.1.0",
        engine="quickjs",
        seed=1,
        inputs=100,
        results=(Result(check="examples", status=status, counted=1, problems=problems),),
    )


def passing_on(app: App, tree: str) -> Verdict:
    """Returns a passing verdict on an app as it was read, with the id of its tree."""
    return Verdict(
        app=app.name,
        version=str(app.manifest.version),
        tree=tree,
        base=None,
        kind="add",
        mapp="0.1.0",
        engine="quickjs",
        seed=1,
        inputs=100,
        results=(Result(check="examples", status="passed", counted=1),),
    )
