"""The two loops that write an app: first its contract, then its code, until each passes or fails.

A round is one paid answer. The ledger keeps the answers, so a change that was killed resumes without paying
twice: the loops run again from the start and read the recorded answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from mapp.author.billing import BudgetAccount, pay
from mapp.author.coder import CHOICE, Brief, Coder, Near, Phase, Progress, Watch
from mapp.author.errors import BadAnswer
from mapp.author.patch import PatchRefused, apply
from mapp.author.report import faults_report, report_of
from mapp.author.use_expand_or_new import read_choice
from mapp.errors import HostFault, InvalidApp, MappError
from mapp.git.identity import tree_id
from mapp.library.rejections import patch_id
from mapp.model.app import EXAMPLES, MANIFEST, PROPERTIES, REGRESSIONS, SOURCE, App, Example, read_app
from mapp.model.change_spec import Choice
from mapp.model.interface import interface_hash
from mapp.model.values import canonical
from mapp.model.verdict import Finding, GateKind, Verdict
from mapp.ops.check.answers import with_examples
from mapp.ops.check.gate import USUAL, Options, good_runs, judged, resolver, trial_of
from mapp.ops.compile.second_opinion import (
    Disagreement,
    Settle,
    check_opinions,
    disagreed,
    ensure_kept,
    is_among,
    old_opinions,
    opinions_on_questions,
    with_settled,
)
from mapp.ops.workspace import Workspace
from mapp.validate.checks.contract import contract_faults
from mapp.validate.gate import CHECKS, ran_out_of_time
from mapp.validate.trial import FailedRun, Trial, wanted

MAX_CONTRACTS: Final = 4
MAX_CODES: Final = 6
"""Limits on the number of rounds, whatever the budget."""
SAME_FAILURES: Final = 2
"""After this many rounds with the same failed checks, the next starts afresh, without the failed code.

A heal starts afresh after this many rounds, whatever failed.
"""

Found = TypeVar("Found")

Review = Callable[[App, App | None], str | None]
"""Reviews a contract and the app that it extends: None approves it, a text says what to change."""


class AttemptsExhausted(MappError):
    """No round succeeded; the last files are kept on the change's branch."""

    code = "MAPP-0540"
    exit_code = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What to write: the request, the app's name, and what exists already.

    `base` and `base_files` are the app that is extended. `stated` are examples that the user gave. `contract`
    holds the files of a contract that the user wrote, so the coder writes only the code. If it includes
    `main.js`, the code is the user's, and the coder writes a contract until that code meets it. If the app is
    not `named` by the user, the contract may rename it, but not to one of `taken`. `answered` are examples
    that the user added after the code passed, `opinions` those that a second opinion added then, `settled`
    those that the user chose where a second opinion differed. Contract rounds start at `first_round`: in
    earlier rounds, the coder chose another kind of change.

    A heal's contract is that of its base with the failing case as a regression. `evidence` is what the coder
    learns about the failure, `failed_runs` are runs that failed in the same way, `rejected` the patches that
    must not be proposed again (see `patch_id`). `tries` limits the rounds.
    """

    kind: GateKind
    app: str
    goal: str
    near: tuple[Near, ...] = ()
    stated: tuple[Example, ...] = ()
    base: App | None = None
    base_files: Mapping[str, bytes] | None = None
    contract: Mapping[str, bytes] | None = None
    options: Options = USUAL
    named: bool = True
    taken: tuple[str, ...] = ()
    answered: tuple[Example, ...] = ()
    opinions: tuple[Example, ...] = ()
    settled: tuple[Example, ...] = ()
    first_round: int = 1
    evidence: tuple[tuple[str, str], ...] = ()
    failed_runs: tuple[FailedRun, ...] = ()
    rejected: frozenset[str] = frozenset()
    tries: int = MAX_CODES

    @property
    def answers_path(self) -> str:
        """Returns the file that the person's answers are added to: a heal may not touch the examples."""
        return REGRESSIONS if self.kind == "heal" else EXAMPLES

    @property
    def writes(self) -> Phase:
        """Returns the phase in which the code is written."""
        return "heal" if self.kind == "heal" else "code"

    @property
    def code(self) -> bytes | None:
        """Returns the code that the user wrote, which must not change, or None."""
        return None if self.contract is None else self.contract.get(SOURCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """The files of an approved contract, the coder's choice with its reason, and the round.

    `settled` are the examples that a person chose where a second opinion differed.
    """

    files: dict[str, bytes]
    choice: Choice | None
    round: int
    settled: tuple[Example, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoringSession:
    """What both loops work with: library, coder, budget account, progress watcher, contract review."""

    workspace: Workspace
    coder: Coder
    account: BudgetAccount
    watch: Watch
    review: Review = lambda app, base: None
    settle: Settle = lambda app, rows: None
    opinions: bool = True

    def told(self, phase: Phase, number: int, report: str = "") -> Watch:
        """Returns a watcher that adds phase, round, cost so far, and why the last round failed."""
        spend = self.account.ledger.sums(self.account.change).change.spend
        last = next(iter(report.splitlines()), "")
        return lambda step: self.watch(replace(step, phase=phase, round=number, last=last, spend=spend))

    def answered(self, phase: Phase, number: int) -> bool:
        """Returns whether the ledger has the answer of a round, since the change is resumed."""
        return self.account.ledger.answer(self.account.change, phase, number) is not None


def write_contract(task: Task, session: AuthoringSession) -> Contract:
    """Returns an approved contract; it has no files when the coder chose an existing app instead.

    Raises:
        AttemptsExhausted: no round produced a valid contract.
        CoderFailed: the coder gave no answer, or the budget is used up.
    """
    if task.contract is not None and task.code is None:
        return Contract(files=dict(task.contract), choice=None, round=0)
    files = dict(task.contract or task.base_files or {})
    report, choice, settled = "", None, task.settled
    for number in range(task.first_round, task.first_round + MAX_CONTRACTS):
        proposed, report = _round(task, session, "contract", number, files, report)
        if proposed is None:
            continue
        try:
            choice = read_choice(proposed, {one.name for one in task.near}) or choice
        except BadAnswer as failure:
            report = failure.message
            continue
        if choice is not None and choice.kind != "new":
            return Contract(files={}, choice=choice, round=number)
        files = {path: data for path, data in proposed.items() if path != CHOICE}
        asks = not session.answered("contract", number + 1)
        faults, files, settled = _faults_or_settled(task, session, files, settled, asks=asks)
        if faults:
            report = faults_report(faults)
            session.told("contract", number)(Progress(doing=f"round {number} failed: {faults[0]}"))
            continue
        if task.code is not None and not (verdict := tried(task, session.workspace, files)).passed:
            report = _report(verdict)
            continue
        if not asks:
            continue  # the person asked for a change, and the next round is paid for
        if session.answered("code", 1):
            return Contract(files=files, choice=choice, round=number, settled=settled)  # approved earlier
        correction = session.review(_read(files), task.base)
        if correction is None:
            return Contract(files=files, choice=choice, round=number, settled=settled)
        report = f"The person who asked says: {correction}"
    raise AttemptsExhausted(f"no valid contract for {task.app} after {MAX_CONTRACTS} attempts", hint=report)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """An app's files with the gate's verdict; `rounds` is the number of answers it took."""

    files: Mapping[str, bytes]
    verdict: Verdict
    rounds: int


def write_code(task: Task, session: AuthoringSession, contract: Mapping[str, bytes]) -> Written:
    """Returns the files of an app that passed the gate, or those of the last round with the failed verdict.

    The coder sees only the manifest, the properties and the examples that are not held back. When the old
    code of an extended app already passes the new tests, no code is paid for. Nor is another round when the
    gate ran out of time, since a busy machine says nothing about the code.

    Raises:
        AttemptsExhausted: no round produced code that the gate could try.
        CoderFailed: the coder gave no answer, or the budget is used up.
    """
    contract = with_examples(contract, (*task.answered, *task.opinions), task.answers_path)
    if (kept := _unchanged_code(task, session, contract)) is not None:
        return kept
    if task.code is not None:
        return Written(files=contract, verdict=tried(task, session.workspace, contract), rounds=0)
    files = with_old_code(task, contract) if task.kind == "heal" else dict(contract)
    report, last = "", None
    alike: list[frozenset[str]] = []
    for number in range(1, task.tries + 1):
        if task.kind == "heal" and number > SAME_FAILURES:
            files = with_old_code(task, contract)
        shown = visible(files)
        proposed, report = _round(task, session, task.writes, number, shown, report)
        if proposed is None:
            continue
        if task.rejected and patch_id(proposed[SOURCE]) in task.rejected:
            report = "This fix was proposed before, and a person or the canary rejected it: find another one."
            continue
        files = {**contract, SOURCE: proposed[SOURCE]}
        try:
            verdict = tried(task, session.workspace, files, watch=session.told(task.writes, number))
        except InvalidApp as error:
            report = faults_report(Finding(path=row.path, message=row.message) for row in error.problems)
            continue
        last = Written(files=files, verdict=verdict, rounds=number)
        if verdict.passed or ran_out_of_time(verdict):
            return last
        report = f"{_answers_report(task)}{_report(verdict)}"
        failed = [row.check for row in verdict.results if not row.passed]
        session.told(task.writes, number)(Progress(doing=f"round {number} failed: {', '.join(failed)}"))
        # The score of tests that the code fails is measured with the others: it says little about the code.
        alike.append(frozenset(failed) - {"mutation"} or frozenset(failed))
        if len(alike) >= SAME_FAILURES and len(set(alike[-SAME_FAILURES:])) == 1:
            files, alike = with_old_code(task, contract), []
    if last is None:
        raise AttemptsExhausted(f"no usable code for {task.app} after {task.tries} attempts", hint=report)
    return last


def _answers_report(task: Task) -> str:
    """Returns the answers to open questions; they are not secret, even if their hash holds them back."""
    said = (("The person who asked", task.answered), ("A second opinion", task.opinions))
    return "".join(
        f"{who} says: for {canonical(dict(row.input))} the right answer is {wanted(row)}.\n"
        for who, rows in said
        for row in rows
    )


def _report(verdict: Verdict) -> str:
    return report_of(verdict.results, {check.id: check.says for check in CHECKS})


def _round(
    task: Task, session: AuthoringSession, phase: Phase, number: int, files: Mapping[str, bytes], report: str
) -> tuple[dict[str, bytes] | None, str]:
    """Returns the files after one answer, or None and a report if the answer cannot be used."""
    expanding = task.kind == "expand"
    told = session.told(phase, number, report)
    told(Progress(doing=f"{phase}, round {number}"))
    brief = Brief(
        app=task.app,
        phase=phase,
        goal=task.goal,
        round=number,
        report=report,
        near=task.near,
        expanding=expanding,
        evidence=task.evidence,
    )
    try:
        found = pay(session.coder, brief, files, account=session.account, watch=told)
        if found.ignored:
            told(Progress(doing=f"ignored, since it may not be changed: {', '.join(found.ignored)}"))
        return apply(files, found.files, brief.may_change, adding=expanding), ""
    except BadAnswer as failure:
        told(Progress(doing=f"round {number} failed: {failure.message}"))
        return None, _with_earlier_report(failure.message, report)
    except PatchRefused as error:
        told(Progress(doing=f"round {number} failed: {error}"))
        return None, _with_earlier_report(str(error), report)


def _with_earlier_report(fault: str, report: str) -> str:
    """Returns the fault of an unusable answer, followed by the report that the answer should have fixed."""
    return report if report.startswith(fault) else f"{fault}\n{report}".strip()


def _faults_or_settled(
    task: Task,
    session: AuthoringSession,
    files: dict[str, bytes],
    settled: tuple[Example, ...],
    *,
    asks: bool,
) -> tuple[Sequence[Finding], dict[str, bytes], tuple[Example, ...]]:
    """Returns the faults of a contract, or none and its files with every disputed example settled.

    Without `asks`, nothing is disputed: a later contract replaced this one before the change was resumed.

    Raises:
        Disagreed: a second opinion differs, and nobody can be asked.
    """
    try:
        files = with_settled(files, _read(files), settled)
    except InvalidApp:
        return _contract_faults(task, session, files, settled), files, settled
    if faults := _contract_faults(task, session, files, settled):
        return faults, files, settled
    app = _read(files)
    rows = _disagreements(task, session, app, files, settled) if asks else []
    if not rows:
        return (), files, settled
    chosen = session.settle(app, rows)
    if chosen is None:
        raise disagreed(rows)
    ensure_kept(rows, chosen, app.name)
    settled = (*settled, *chosen)
    files = with_settled(files, app, settled)
    return _contract_faults(task, session, files, settled), files, settled


def _disagreements(
    task: Task,
    session: AuthoringSession,
    app: App,
    files: Mapping[str, bytes],
    settled: Sequence[Example],
) -> list[Disagreement]:
    """Returns the new examples of a contract about which the current version or the check differs."""
    known = (*settled, *(task.base.examples if task.base else ()))
    rows = [row for row in app.examples if not is_among(app, row, known)]
    found = [] if task.base is None else old_opinions(app, task.base, rows, session.workspace.executor)
    if session.opinions and session.coder.gives_opinions and task.code is None:
        sure = (*task.stated, *(one.example for one in found))
        rest = [row for row in rows if not is_among(app, row, sure)]
        brief = Brief(app=task.app, phase="check", goal=task.goal)
        watch = session.told("check", 1)
        found += check_opinions(
            app,
            rest,
            brief,
            session.coder,
            manifest=files[MANIFEST],
            account=session.account,
            watch=watch,
        )
    return found


def opinions_on(task: Task, session: AuthoringSession, written: Written) -> list[Example]:
    """Returns what a second opinion says to the open questions about proven code, as examples.

    Each code is asked about once: that of round N in round N + 2 of the phase `check`, after the contract.

    Raises:
        CoderFailed: the coder gave no answer.
    """
    questions = written.verdict.raised
    asks = session.opinions and session.coder.gives_opinions and task.code is None
    if not (questions and asks):
        return []
    number = written.rounds + 2
    brief = Brief(app=task.app, phase="check", goal=task.goal, round=number)
    app = read_app(written.files)
    trial = Trial(app=app, files=written.files, executor=session.workspace.executor, kind=task.kind)
    watch, account = session.told("check", number), session.account
    return opinions_on_questions(trial, questions, brief, session.coder, account=account, watch=watch)


def _contract_faults(
    task: Task, session: AuthoringSession, files: Mapping[str, bytes], settled: Sequence[Example]
) -> Sequence[Finding]:
    def check() -> Sequence[Finding]:
        return contract_faults(
            files,
            session.workspace.executor,
            stated=(*task.stated, *settled),
            resolve=resolver(session.workspace),
            base=task.base,
            base_files=task.base_files,
        )

    faults = _retry_host_fault(check)
    return faults or _name_faults(task, _read(files).name)


def _name_faults(task: Task, name: str) -> list[Finding]:
    if name == task.app or not (task.named or name in task.taken):
        return []
    why = f"must be {task.app!r}" if task.named else f"is taken; {task.app!r} is not"
    return [Finding(path=f"{MANIFEST}: name", message=why)]


def _unchanged_code(task: Task, session: AuthoringSession, contract: Mapping[str, bytes]) -> Written | None:
    """Returns the old code with the new contract if it passes the gate: only requests or examples were added.

    A contract with another interface always needs new code, even if its examples do not show that.
    """
    if (
        task.base is None
        or task.kind == "heal"
        or interface_hash(task.base.manifest) != interface_hash(_read(contract).manifest)
    ):
        return None
    verdict = tried(task, session.workspace, contract, patient=False)
    return Written(files=contract, verdict=verdict, rounds=0) if verdict.passed else None


def _retry_host_fault(check: Callable[[], Found]) -> Found:
    """Returns the result of a check; repeats it once after a host fault, since rounds are costly."""
    try:
        return check()
    except HostFault:
        return check()


def tried(
    task: Task,
    workspace: Workspace,
    files: Mapping[str, bytes],
    *,
    patient: bool = True,
    watch: Watch = lambda step: None,
) -> Verdict:
    """Returns the gate's verdict on files (path -> bytes) written for a task; raises InvalidApp."""
    return _retry_host_fault(lambda: _judged(task, workspace, files, patient=patient, watch=watch))


def _judged(
    task: Task, workspace: Workspace, files: Mapping[str, bytes], *, patient: bool, watch: Watch
) -> Verdict:
    app = read_app(files)
    trial = trial_of(
        workspace,
        app,
        files,
        base=None if task.base is None else (task.base, task.base_files or {}),
        kind=task.kind,
        options=task.options,
        runs=() if task.base is None else good_runs(workspace, task.base, refusals=task.kind == "heal"),
        failed_runs=task.failed_runs,
        blind=True,
    )
    return judged(
        trial,
        tree_id(files),
        patient=patient,
        starting=lambda check: watch(Progress(doing="checking", check=check)),
    )


def visible(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns the files that the author of the code may see: no requests, no held-back examples."""
    app = read_app({SOURCE: b"function main() {}", **files})
    lines = [line for line in files.get(EXAMPLES, b"").split(b"\n") if line.strip()]
    shown = [line for line, row in zip(lines, app.examples, strict=True) if not row.held_back]
    names = (MANIFEST, PROPERTIES, SOURCE)
    return {name: files[name] for name in names if name in files} | {EXAMPLES: b"\n".join(shown) + b"\n"}


def with_old_code(task: Task, contract: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns a contract's files without failed code, with the code of the app that is changed, if any."""
    old = (task.base_files or {}).get(SOURCE)
    files = {path: data for path, data in contract.items() if path != SOURCE}
    return files if old is None else {**files, SOURCE: old}


def _read(files: Mapping[str, bytes]) -> App:
    return read_app({SOURCE: b"function main() {}", **files})
