"""Takes a person's word about a run: it was wrong, and what is right; or it was right."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from mapp.errors import MappError, UsageError
from mapp.library import read
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.incident import Incident
from mapp.model.validation import violations
from mapp.model.values import canonical, checked, parse
from mapp.observe.corrections import Correction, Corrections
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run, new_id
from mapp.ops.run.learn import learn_choice
from mapp.ops.run.monitor import look_at, seen_in_journal
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What a person says about a run: texts as typed, None for what was not said.

    `expected` is the right output as JSON, `error` the right error's code. `app` should have run, or the same
    app with other `arguments` (JSON). `why` is a remark.
    """

    expected: str | None = None
    error: str | None = None
    app: str | None = None
    arguments: str | None = None
    why: str = ""

    @property
    def about_routing(self) -> bool:
        """Returns whether the choice of the app or of its arguments was wrong, not the app itself."""
        return self.app is not None or self.arguments is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of a person's word: an incident, or a correction of the choice."""

    run: str
    app: str
    correction: Correction
    incident: Incident | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `mapp wrong --json` prints it."""
        incident = None if self.incident is None else self.incident.to_dict()
        return {
            "run": self.run,
            "app": self.app,
            "incident": incident,
            "correction": self.correction.to_dict(),
        }


def say_wrong(workspace: Workspace, identity: str, word: Word) -> Taken:
    """Records that a run's answer is wrong.

    With the right outcome, or with nothing more, the app is at fault: the run becomes an incident. With
    another app or other arguments, the choice was at fault: the router learns the request.

    Raises:
        NotFound: there is no such run, app or commit.
        UsageError: the word contradicts itself, or a choice is corrected for a run without a request.
        InvalidInput: the right output does not fit the app's schema, or the arguments do not fit the app.
    """
    if word.expected is not None and word.error is not None:
        raise UsageError("a run gives an output or an error, not both: use --expected or --error")
    if word.about_routing and (word.expected is not None or word.error is not None):
        raise UsageError(
            "either the choice was wrong (--app, --arguments) or the app's answer (--expected, --error)"
        )
    if word.about_routing:
        return _corrected(workspace, identity, word)
    app, seen = seen_in_journal(workspace, identity)
    expected = _expected(app, word)
    if expected and expected == _given(seen.run):
        raise UsageError(f"that is what run {seen.run.id} gave", hint=suggested_command("right", seen.run.id))
    correction = _said(workspace, seen.run, word, "wrong", expected=expected)
    seen = replace(seen, said_wrong=True, expected=expected, why=word.why)
    incident = look_at(workspace, app, seen)
    return Taken(run=seen.run.id, app=app.name, correction=correction, incident=incident)


def say_right(workspace: Workspace, identity: str) -> Taken:
    """Records that a run's answer is right, and closes the incidents that only say otherwise.

    If a request chose the run, the router learns that it means this app with these arguments.

    An incident is closed if a person's word or a predicate opened it and it is about this run alone.

    Raises:
        NotFound: there is no such run.
    """
    run, _ = workspace.journal.run(identity)
    correction = _said(workspace, run, Word(), "right")
    if run.request and run.outcome == "ok" and run.input is not None:
        learn_choice(workspace, run.request, run.app, json.loads(run.input), run=run.id)
    incidents = Incidents(workspace.home.journal)
    closed = None
    for incident in incidents.of_run(run.id):
        doubted = incident.failure == "expectation" or run.outcome == "ok"
        if incident.state == "open" and incident.runs == 1 and doubted:
            closed = replace(incident, state="closed")
            incidents.put(closed)
    return Taken(run=run.id, app=run.app, correction=correction, incident=closed)


def said(workspace: Workspace) -> list[Correction]:
    """Returns what people said about runs, the newest first."""
    return Corrections(workspace.home.journal).all()


def _corrected(workspace: Workspace, identity: str, word: Word) -> Taken:
    """Keeps the right choice for a request in the journal, and has the router learn it."""
    run, _ = workspace.journal.run(identity)
    if not run.request:
        raise UsageError(
            f"run {run.id} has no request: nothing chose {run.app}",
            hint=f"{suggested_command('wrong', run.id)} --expected JSON says that the answer is wrong",
        )
    name = word.app or run.app
    app = read.load_runnable(workspace.home, name)
    arguments = ""
    if word.arguments is not None:
        given = parse(word.arguments, what="the arguments")
        if not isinstance(given, dict):
            raise UsageError("the arguments must be a JSON object")
        with_defaults(app.manifest, given)
        arguments = canonical(given)
    correction = _said(workspace, run, word, "wrong", app=name, arguments=arguments)
    values = json.loads(arguments) if arguments else None
    learn_choice(workspace, run.request, name, values, run=run.id, instead_of=run.app)
    return Taken(run=run.id, app=name, correction=correction)


def _expected(app: App, word: Word) -> str:
    """Returns the right outcome as a JSON text, "" if it is unknown."""
    if word.error is not None:
        if word.error not in app.manifest.error_codes:
            known = ", ".join(app.manifest.error_codes) or "none"
            message = f"{app.name} does not declare the error {word.error!r}"
            raise UsageError(message, hint=f"it declares: {known}")
        return canonical({"error": word.error})
    if word.expected is None:
        return ""
    output = checked(parse(word.expected, what="the expected output"))
    problems = violations(app.manifest.output, output)
    if problems:
        raise UsageError(
            f"that output does not fit the schema of {app.name}: {'; '.join(map(str, problems[:3]))}",
            hint=f"if the schema is wrong, change the app: {suggested_command('edit', app.name)}",
        )
    return canonical({"output": output})


def _given(run: Run) -> str:
    """Returns what a run gave, as `_expected` writes it."""
    if run.outcome == "ok" and run.output is not None:
        return canonical({"output": json.loads(run.output)})
    return canonical({"error": run.outcome.removeprefix("error:")})


def _said(workspace: Workspace, run: Run, word: Word, verdict: Any, **more: str) -> Correction:
    correction = Correction(
        id=new_id(),
        at=workspace.clock(),
        run=run.id,
        request=run.request or "",
        said=verdict,
        ran=run.app,
        why=workspace.redact(word.why),
        **{name: workspace.redact(text) for name, text in more.items()},
    )
    try:
        Corrections(workspace.home.journal).put(correction)
    except MappError as error:
        why = f"what you said could not be recorded: {error.message}"
        raise MappError(why, hint=error.hint, code=error.code) from None
    return correction
