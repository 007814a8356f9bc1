"""The life of a change: started, resumed after any interruption, merged or dropped.

A change is recorded before the first token is spent. Its paid answers are in the ledger and its files on its
branch, so a change that was killed can be resumed at any point without paying twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mapp.author.coder import Coder, Files, Progress, Watch
from mapp.author.errors import CoderFailed
from mapp.errors import InvalidInput, NotFound, PermissionNeeded, UsageError
from mapp.git.branches import branches
from mapp.library import branches as branching
from mapp.library import new_apps, read
from mapp.library.compiled_requests import record_choice
from mapp.library.landing import Committed
from mapp.library.locks import holding
from mapp.library.rejections import rejected
from mapp.library.verdicts import read_verdict
from mapp.model.app import MANIFEST, REGRESSIONS, SOURCE, App, Example, read_app
from mapp.model.change import Change, ChangeState
from mapp.model.change_spec import ChangeSpec, Choice, CompileSpec, ExpandSpec, HealSpec
from mapp.model.verdict import Verdict
from mapp.model.version import Level
from mapp.observe.changes import Changes
from mapp.observe.journal import new_id
from mapp.ops.check.answers import with_examples
from mapp.ops.check.gate import USUAL, Options, failed_runs
from mapp.ops.compile.approval import Approver, Changed, Duplicate, Estimate
from mapp.ops.compile.change_sources import (
    commit_code,
    commit_contract,
    merge_change,
    record_merge,
    source_of,
    verdict_of_change,
)
from mapp.ops.compile.duplicates import find_duplicate
from mapp.ops.compile.open_coder import coder_of, open_account, open_ledger
from mapp.ops.compile.rounds import (
    AttemptsExhausted,
    AuthoringSession,
    Contract,
    Task,
    Written,
    tried,
    write_code,
    write_contract,
)
from mapp.ops.compile.second_opinion import Disagreed
from mapp.ops.manage.bump import with_version
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command
from mapp.validate.checks.contract import STAND_IN


def refuse_secrets(workspace: Workspace, texts: Mapping[str, str]) -> None:
    """Raises UsageError when a text holds a key: it would reach the coder or the app's history.

    `texts` says for each text what it is, as in `{"the request": …}`.
    """
    for name, text in texts.items():
        if workspace.redact(text) != text:
            raise UsageError(
                f"{name} contains one of your keys; nothing was sent or committed",
                hint="name the key instead of its value: mapp keys list",
            )


def _texts(files: Files) -> dict[str, str]:
    """Returns files as texts; a key is ASCII, so other bytes do not matter."""
    return {path: content.decode("utf-8", "replace") for path, content in files.items()}


def begin(
    workspace: Workspace, app: str, request: str, spec: ChangeSpec, *, coder: Coder, person: Approver
) -> Change:
    """Records a change and returns it, or returns the open change of the same request.

    Raises:
        UsageError: the request, an example or a file of the contract contains a stored key.
        PermissionNeeded: spending was not approved.
        LedgerFailed: the change cannot be recorded; nothing is spent.
    """
    examples = {f"example {at}": json.dumps(row.to_dict()) for at, row in enumerate(spec.stated, 1)}
    files = spec.contract or {} if isinstance(spec, CompileSpec) else {}
    if isinstance(spec, HealSpec):
        examples = {"the failing case": json.dumps(spec.case.to_dict()), **_texts(spec.recordings)}
    refuse_secrets(workspace, {"the request": request, **examples, **_texts(files)})
    change = Change(
        id=new_id(), began=workspace.clock(), app=app, request=request, coder=coder.name, spec=spec
    )
    _ask_to_spend(workspace, change, person)
    return _recorded(workspace, change)


def _ask_to_spend(workspace: Workspace, change: Change, person: Approver) -> None:
    """Raises PermissionNeeded when spending is not approved."""
    near = change.spec.near if isinstance(change.spec, CompileSpec) else ()
    estimate = Estimate(
        kind=change.kind,
        app=change.app,
        request=change.request,
        coder=change.coder,
        budget=workspace.config.budget_change,
        near=tuple(one.name for one in near),
    )
    if not person.approve_spend(estimate):
        match change.spec:
            case CompileSpec():
                words: tuple[str, ...] = (change.request,)
            case ExpandSpec():
                words = (change.app, change.request)
            case HealSpec(incident=incident):
                words = (incident,)
        raise PermissionNeeded(
            "not started: spending was not approved",
            hint=suggested_command(change.kind, "--yes", *words),
        )


def _recorded(workspace: Workspace, change: Change) -> Change:
    """Returns the open change of the same request, or records the given one and returns it."""
    changes = Changes(workspace.home.journal)
    with holding(workspace.home.holds, "changes"):
        for other in changes.waiting():
            if other.state == "open" and _is_same_request(other, change):
                workspace.tell(f"resuming the change {other.id} of the same request")
                return other
        changes.put(change)
    return change


def _is_same_request(one: Change, other: Change) -> bool:
    """Returns whether two changes ask for the same; a name counts only if the user chose it for `other`.

    Heals ask for the same if they are about the same failure of the same app.
    """
    if isinstance(one.spec, HealSpec) and isinstance(other.spec, HealSpec):
        return (one.app, one.spec.fingerprint) == (other.app, other.spec.fingerprint)
    if (one.kind, one.request) != (other.kind, other.request):
        return False
    if [row.to_dict() for row in one.spec.stated] != [row.to_dict() for row in other.spec.stated]:
        return False
    match one.spec, other.spec:
        case CompileSpec(contract=first), CompileSpec(contract=second, named=named):
            return first == second and (one.app == other.app or not named)
    return one.app == other.app


def resume(
    workspace: Workspace,
    identity: str,
    *,
    person: Approver,
    watch: Watch,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Resumes a change and returns the result; answered rounds are not paid for again.

    Raises:
        NotFound: there is no such change, or it has ended.
        CoderFailed: the coder gave no answer, or the budget is used up.
        AttemptsExhausted: no round succeeded.
    """
    change = Changes(workspace.home.journal).get(identity)
    if change.ended:
        raise NotFound(f"the change {change.id} was {change.state}", hint="mapp review lists open changes")
    if is_merged(workspace, change):
        return _finish_merged(workspace, change)
    if change.spec.edited or (change.kind == "heal" and change.state == "proven"):
        return _finish_proven(workspace, change, person)
    coder = coder or coder_of(workspace)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def edit_change(
    workspace: Workspace, change: Change, files: Files, *, options: Options = USUAL
) -> tuple[Change, Verdict]:
    """Commits files that a person edited (path -> bytes); returns the change and the gate's verdict.

    From then on the coder leaves the change alone.

    Raises:
        UsageError: a file contains a stored key; nothing is committed.
        InvalidApp: the files are not a valid app; nothing is committed.
        Busy: another process is writing to the change.
    """
    refuse_secrets(workspace, _texts(files))
    with holding(workspace.home.holds, f"writing-{change.id}", patience=0):
        verdict = tried(task_of(workspace, change, options), workspace, files)
        change = replace(change, spec=replace(change.spec, edited=True))
        commit = commit_code(workspace, change, Written(files=files, verdict=verdict, rounds=0))
        state: ChangeState = "proven" if verdict.passed else "failed"
        return Changes(workspace.home.journal).set_state(change, state, "edited by hand", commit), verdict


def carry_on(
    workspace: Workspace,
    change: Change,
    *,
    coder: Coder,
    person: Approver,
    watch: Watch,
    options: Options = USUAL,
) -> Changed:
    """Takes a new or resumed change as far as it goes and returns the result.

    Raises:
        CoderFailed: the coder gave no answer, or the budget is used up; the change can be resumed.
        AttemptsExhausted: no round succeeded.
        Duplicate: the new app does the same as an app of the library.
        Busy: another process is writing to the change.
    """
    with holding(workspace.home.holds, f"writing-{change.id}", patience=0):
        changes = Changes(workspace.home.journal)
        session = AuthoringSession(
            workspace=workspace,
            coder=coder,
            account=open_account(workspace, change.id),
            watch=watch,
            review=person.review_contract,
            settle=person.settle_examples,
            opinions=workspace.config.second_opinion == "on",
        )
        authoring = Authoring(
            workspace=workspace, changes=changes, session=session, person=person, options=options
        )
        try:
            with workspace.span(f"mapp.{change.kind}", app=change.app, change=change.id) as span:
                done = authoring.run(changes.get(change.id))
                if span is not None:
                    span.set(app=done.change.app, result=done.change.state)
            return done
        except (AttemptsExhausted, Duplicate) as error:
            changes.set_state(changes.get(change.id), "failed", error.message)
            raise
        except (CoderFailed, Disagreed) as failure:
            changes.set_state(changes.get(change.id), "open", failure.message)
            again = "mapp heal" if change.kind == "heal" else "mapp compile --resume"
            failure.hint = f"{failure.hint}\n  to resume: {again} {change.id}".strip()
            raise


@dataclass(frozen=True, kw_only=True, slots=True)
class Authoring:
    """The steps of one change, from contract to merge. Each takes the change and returns it as recorded."""

    workspace: Workspace
    changes: Changes
    session: AuthoringSession
    person: Approver
    options: Options

    def run(self, change: Change) -> Changed:
        """Writes contract and code, then merges; stops early if an app is used, or the code is not proven."""
        if isinstance(change.spec, HealSpec):
            contract: Contract | None = self._state_failing_case(change)
        else:
            change, contract = self.agree_on_contract(change)
        if contract is None:
            return _result(self.workspace, change)
        change, written = self.write_and_prove(change, contract)
        change, written = self.ask_what_tests_leave_open(change, contract, written)
        result = _result(self.workspace, change, written.verdict)
        if change.state != "proven" or not self.person.approve_merge(result):
            return result
        committed = merge_change(self.workspace, change, written.verdict)
        return _result(self.workspace, self.changes.get(change.id), written.verdict, committed)

    def agree_on_contract(self, change: Change) -> tuple[Change, Contract | None]:
        """Returns the approved contract, or None when an app of the library does the job already.

        When the coder chooses to extend an app, the change becomes an expansion and gets another contract.
        """
        while True:
            contract = write_contract(task_of(self.workspace, change, self.options), self.session)
            match contract.choice:
                case Choice(kind="use") as choice:
                    return self._end_with_existing_app(change, choice), None
                case Choice(kind="widen") as choice:
                    change = self._switch_to_expand(change, choice, first_round=contract.round + 1)
                case _:
                    return self._accept_contract(change, contract), contract

    def _state_failing_case(self, change: Change) -> Contract:
        """Returns a heal's contract, committed on its branch: that of the base, with the failing case."""
        task = task_of(self.workspace, change, self.options)
        contract = Contract(files=dict(task.contract or {}), choice=None, round=0)
        if not source_of(self.workspace, change).exists():
            code = {SOURCE: (task.base_files or {})[SOURCE]}
            commit_contract(self.workspace, change, {**contract.files, **code})
        return contract

    def write_and_prove(self, change: Change, contract: Contract) -> tuple[Change, Written]:
        """Returns the code, committed with its verdict; the change is `proven` or `failed`.

        Raises:
            Duplicate: the new app does the same as an app of the library.
        """
        return self._prove(
            change, write_code(task_of(self.workspace, change, self.options), self.session, contract.files)
        )

    def ask_what_tests_leave_open(
        self, change: Change, contract: Contract, written: Written
    ) -> tuple[Change, Written]:
        """Returns the change after the person has answered what the tests of proven code leave open.

        The answers become examples. If the code does not meet them, it is not proven any more, and the coder
        goes on; its new code is asked about again.
        """
        while change.state == "proven" and (answers := self._answers(written)):
            spec = replace(change.spec, answered=(*change.spec.answered, *answers))
            change = replace(change, spec=spec)
            self.changes.put(change)
            task = task_of(self.workspace, change, self.options)
            files = with_examples(written.files, answers, task.answers_path)
            verdict = tried(task, self.workspace, files, watch=self.session.watch)
            change, written = self._prove(change, replace(written, files=files, verdict=verdict))
            if change.state == "proven":
                break
            change, written = self.write_and_prove(change, contract)
        return change, written

    def _answers(self, written: Written) -> Sequence[Example]:
        questions = [row for row in written.verdict.questions if not row.known]
        if not questions:
            return ()
        answers = self.person.answer_questions(read_app(written.files), questions)
        texts = {f"answer {at}": json.dumps(row.to_dict()) for at, row in enumerate(answers, 1)}
        refuse_secrets(self.workspace, texts)
        return answers

    def _prove(self, change: Change, written: Written) -> tuple[Change, Written]:
        """Returns the change, committed with its verdict: `proven` or `failed`."""
        commit = commit_code(self.workspace, change, written)
        if not written.verdict.passed:
            failed = [result.check for result in written.verdict.results if not result.passed]
            detail = f"the gate refuses it: {', '.join(failed)}"
            return self.changes.set_state(change, "failed", detail, commit), written
        if isinstance(change.spec, CompileSpec) and not change.spec.new:
            self._refuse_duplicates(change, written)
        return self.changes.set_state(change, "proven", "ready to merge", commit), written

    def _end_with_existing_app(self, change: Change, choice: Choice) -> Change:
        """Returns the change as ended; from then on the app answers the request without a question."""
        assert not isinstance(change.spec, HealSpec), "a heal is of one app"
        workspace = self.workspace
        record_choice(workspace.home, choice.app, change.request, workspace.signature(), tell=workspace.tell)
        change = replace(change, spec=replace(change.spec, choice=choice))
        change = self.changes.set_state(change, "dropped", f"{choice.app} does it: {choice.reason}")
        open_ledger(self.workspace).forget_answers(change.id)
        return change

    def _switch_to_expand(self, change: Change, choice: Choice, *, first_round: int) -> Change:
        """Returns the change as an expansion; it keeps its budget and the rounds it has paid for."""
        spec = ExpandSpec(
            base=read.snapshot(self.workspace.home, choice.app).commit,
            stated=change.spec.stated,
            first_round=first_round,
            choice=choice,
        )
        change = replace(change, app=choice.app, spec=spec)
        self.changes.put(change)
        self.session.watch(Progress(doing=f"chose to extend {change.app}: {choice.reason}"))
        return change

    def _accept_contract(self, change: Change, contract: Contract) -> Change:
        """Returns the change under the contract's name, with the contract committed on its branch."""
        assert not isinstance(change.spec, HealSpec), "a heal has the contract of its app"
        files = {SOURCE: STAND_IN, **contract.files}
        choice = contract.choice or change.spec.choice
        spec = replace(change.spec, choice=choice, settled=contract.settled)
        accepted = replace(change, app=read_app(files).name, spec=spec)
        if accepted != change:
            self.changes.put(accepted)
        if not source_of(self.workspace, accepted).exists():
            commit_contract(self.workspace, accepted, files)
        return accepted

    def _refuse_duplicates(self, change: Change, written: Written) -> None:
        app = read_app(written.files)
        found = find_duplicate(self.workspace, app, written.files, options=self.options)
        if found is not None:
            name, count = found
            raise Duplicate(
                f"{app.name} does the same as {name}: they agree on all {count} generated inputs",
                hint=f"mapp show {name}; to add {app.name} anyway: mapp review {change.id} --approve",
            )


def task_of(workspace: Workspace, change: Change, options: Options = USUAL) -> Task:
    """Returns the task of a change; raises NotFound when the app that it extends is gone."""
    match change.spec:
        case CompileSpec() as spec:
            return Task(
                kind=change.kind,
                app=change.app,
                goal=change.request,
                near=spec.near,
                stated=spec.stated,
                contract=spec.contract,
                options=options,
                named=spec.named,
                taken=read.names(workspace.home),
                answered=spec.answered,
                settled=spec.settled,
            )
        case ExpandSpec() as spec:
            found = read.snapshot(workspace.home, change.app, spec.base, only=None)
            return Task(
                kind=change.kind,
                app=change.app,
                goal=change.request,
                stated=spec.stated,
                base=read_app(found.files, commit=found.commit, tree=found.tree),
                base_files=found.files,
                options=options,
                answered=spec.answered,
                settled=spec.settled,
                first_round=spec.first_round,
            )
        case HealSpec() as spec:
            found = read.snapshot(workspace.home, change.app, spec.base, only=None)
            base = read_app(found.files, commit=found.commit, tree=found.tree)
            return Task(
                kind=change.kind,
                app=change.app,
                goal=base.manifest.description,
                base=base,
                base_files=found.files,
                contract=_with_failing_case(workspace, base, found.files, spec),
                options=options,
                answered=spec.answered,
                evidence=spec.evidence,
                failed_runs=failed_runs(workspace, spec.incident),
                rejected=rejected(workspace.home, change.app, spec.fingerprint),
                tries=spec.tries,
            )


def _with_failing_case(
    workspace: Workspace, base: App, files: Mapping[str, bytes], spec: HealSpec
) -> dict[str, bytes]:
    """Returns the files of an app without its code, as its next patch version with the failing case."""
    taken, version = read.released(workspace.home, base.name), base.manifest.version.bumped(Level.PATCH)
    while version in taken:
        version = version.bumped(Level.PATCH)
    manifest = with_version(files[MANIFEST].decode("utf-8"), version).encode("utf-8")
    kept = {path: data for path, data in files.items() if path != SOURCE}
    known = [row.to_dict() for row in base.regressions]
    rows = [] if spec.case.to_dict() in known else [spec.case]
    return with_examples({**kept, **spec.recordings, MANIFEST: manifest}, rows, REGRESSIONS)


def is_merged(workspace: Workspace, change: Change) -> bool:
    """Returns whether the process was killed after the merge, before the merge was recorded."""
    try:
        history = read.history(workspace.home, change.app)
        return any(row.trailers.get("Mapp-Change") == change.id for row in history)
    except NotFound:
        return False


def _finish_merged(workspace: Workspace, change: Change) -> Changed:
    """Does what is left after a merge: the pin in the lock file, and the change's record."""
    home = workspace.home
    found = read.snapshot(home, change.app, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    committed = new_apps.pinned(home, app, found, found.commit, tell=workspace.tell)
    repository = read.open_repository(home, change.app)
    if change.branch in branches(repository):
        branching.drop(home, change.app, change.branch, tell=workspace.tell)
    record_merge(workspace, change, committed.commit)
    ended = Changes(home.journal).get(change.id)
    return _result(workspace, ended, read_verdict(repository, found.tree), committed)


def _finish_proven(workspace: Workspace, change: Change, person: Approver) -> Changed:
    """Merges a change that needs no coder any more, if it is proven and the merge is approved."""
    verdict = verdict_of_change(workspace, change)
    result = _result(workspace, change, verdict)
    if verdict is None or not verdict.passed or not person.approve_merge(result):
        return result
    committed = merge_change(workspace, change, verdict)
    return _result(workspace, Changes(workspace.home.journal).get(change.id), verdict, committed)


def _result(
    workspace: Workspace, change: Change, verdict: Verdict | None = None, committed: Committed | None = None
) -> Changed:
    ledger = open_ledger(workspace)
    sums = ledger.sums(change.id).change
    return Changed(
        change=change,
        verdict=verdict,
        committed=committed,
        spend=sums.spend,
        rounds=sums.rounds,
        calls=tuple(ledger.calls(change.id)),
    )


def parse_example(text: str) -> Example:
    """Returns the example that a JSON text holds; raises InvalidInput."""
    try:
        return Example.from_dict(json.loads(text), "example")
    except ValueError as error:
        raise InvalidInput(f"the example is not JSON: {error}") from None
