"""The two loops that write an app: first its contract, then its code, each until it is proven or given up.

A round is one paid answer. What a round was answered is kept in the ledger, so that a change that was killed
goes on where it stood without paying twice: the loops are run again from the start, and come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from mapp.author.billing import BudgetAccount, pay
from mapp.author.coder import CHOICE, Brief, Coder, Near, Phase, Watch
from mapp.author.errors import BadAnswer
from mapp.author.patch import PatchRefused, apply
from mapp.author.report import faults_report, report_of
from mapp.author.use_expand_or_new import Choice, read_choice
from mapp.errors import HostFault, InvalidApp, MappError
from mapp.git.identity import tree_id
from mapp.model.app import EXAMPLES, MANIFEST, PROPERTIES, SOURCE, App, Example, read_app
from mapp.model.interface import interface_hash
from mapp.model.verdict import Finding, GateKind, Verdict
from mapp.ops.check.gate import USUAL, Options, good_runs, judged, resolver, trial_of
from mapp.ops.workspace import Workspace
from mapp.validate.checks.contract import contract_faults
from mapp.validate.gate import CHECKS

MAX_CONTRACTS: Final = 4
MAX_CODES: Final = 6
"""So many rounds are tried at most, whatever the budget."""
SAME_FAILURES: Final = 2
"""After so many rounds that fail alike, the next one starts afresh: without the code that failed."""

Found = TypeVar("Found")

Review = Callable[[App], str | None]
"""Is shown a contract: None approves it, a text says what is to be otherwise."""


class AttemptsExhausted(MappError):
    """The rounds are used up; what was written last is kept on the change's branch."""

    code = "MAPP-0540"
    exit_code = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What is to be written: the request, the app's name, what there is already.

    `base` and `base_files` are those of the app that is widened; `stated` are examples that the person gave,
    `contract` the files of one that the person wrote, so that no coder is asked for it. With `main.js` among
    them it is the code that is the person's: then the contract is asked for, until the code meets it.
    Where the app is not `named` by the person, the contract may give it another name, but none of `taken`.
    The first contract is that of round `first`: in those before, another kind of change was chosen.
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
    first: int = 1

    @property
    def code(self) -> bytes | None:
        """Returns the code that the person wrote, which nobody may change."""
        return None if self.contract is None else self.contract.get(SOURCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """The files of an approved contract, why a new app was chosen, and in which round."""

    files: dict[str, bytes]
    choice: Choice | None
    round: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoringSession:
    """With what it is written: library, coder, purse, who watches, who reviews the contract."""

    workspace: Workspace
    coder: Coder
    purse: BudgetAccount
    watch: Watch
    review: Review = lambda app: None

    def answered(self, phase: Phase, number: int) -> bool:
        """Returns whether a round was answered before: of a change that is resumed."""
        return self.purse.ledger.answer(self.purse.change, phase, number) is not None


def write_contract(task: Task, desk: AuthoringSession) -> Contract:
    """Returns an approved contract; without files where an app that is there was chosen instead.

    Raises:
        AttemptsExhausted: no round came to one.
        CoderFailed: there is no answer to be had, or no budget left.
    """
    if task.contract is not None and task.code is None:
        return Contract(files=dict(task.contract), choice=None, round=0)
    files = dict(task.contract or task.base_files or {})
    report, choice = "", None
    for number in range(task.first, task.first + MAX_CONTRACTS):
        proposed, report = _round(task, desk, "contract", number, files, report)
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
        faults = _contract_faults(task, desk, files)
        if faults:
            report = faults_report(faults)
            continue
        if task.code is not None and not (verdict := tried(task, desk.workspace, files)).passed:
            report = _report(verdict)
            continue
        if desk.answered("contract", number + 1):
            continue  # the person wanted it otherwise, and the next round is paid for
        if desk.answered("code", 1):
            return Contract(files=files, choice=choice, round=number)  # approved before
        correction = desk.review(_read(files))
        if correction is None:
            return Contract(files=files, choice=choice, round=number)
        report = f"The person who asked says: {correction}"
    raise AttemptsExhausted(f"no contract for {task.app} came about in {MAX_CONTRACTS} rounds", hint=report)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Code with what the gate says of it; `rounds` is how many answers it took."""

    files: Mapping[str, bytes]
    verdict: Verdict
    rounds: int


def write_code(task: Task, desk: AuthoringSession, contract: Mapping[str, bytes]) -> Written:
    """Returns the files of an app that passed the gate, or those of the last round with its failed verdict.

    The coder sees manifest, properties and the examples that are not held back, and nothing else. Where an
    app is widened whose code already does all that its new tests ask for, no code is paid for.

    Raises:
        AttemptsExhausted: no round came to code that could be tried at all.
        CoderFailed: there is no answer to be had, or no budget left.
    """
    if (kept := _as_it_was(task, desk, contract)) is not None:
        return kept
    if task.code is not None:
        return Written(files=contract, verdict=tried(task, desk.workspace, contract), rounds=0)
    files = dict(contract)
    report, last = "", None
    alike: list[frozenset[str]] = []
    for number in range(1, MAX_CODES + 1):
        shown = visible(files)
        proposed, report = _round(task, desk, "code", number, shown, report)
        if proposed is None:
            continue
        files = {**contract, SOURCE: proposed[SOURCE]}
        try:
            verdict = tried(task, desk.workspace, files)
        except InvalidApp as error:
            report = faults_report(Finding(path=row.path, message=row.message) for row in error.problems)
            continue
        last = Written(files=files, verdict=verdict, rounds=number)
        if verdict.passed:
            return last
        report = _report(verdict)
        alike.append(frozenset(row.check for row in verdict.results if not row.passed))
        if len(alike) >= SAME_FAILURES and len(set(alike[-SAME_FAILURES:])) == 1:
            files, alike = _afresh(task, contract), []
    if last is None:
        raise AttemptsExhausted(f"no code for {task.app} came about in {MAX_CODES} rounds", hint=report)
    return last


def _report(verdict: Verdict) -> str:
    return report_of(verdict.results, {check.id: check.says for check in CHECKS})


def _round(
    task: Task, desk: AuthoringSession, phase: Phase, number: int, files: Mapping[str, bytes], report: str
) -> tuple[dict[str, bytes] | None, str]:
    """Returns the files after one answer, or None and a report where it cannot be used."""
    widening = task.base is not None
    brief = Brief(
        app=task.app,
        phase=phase,
        goal=task.goal,
        round=number,
        report=report,
        near=task.near,
        widening=widening,
    )
    try:
        found = pay(desk.coder, brief, files, purse=desk.purse, watch=desk.watch)
        return apply(files, found.files, brief.may_change, adding=widening), ""
    except BadAnswer as failure:
        return None, _besides(failure.message, report)
    except PatchRefused as error:
        return None, _besides(str(error), report)


def _besides(fault: str, report: str) -> str:
    """Returns the fault of an answer that cannot be used, with what was to be mended by it and still is."""
    return report if report.startswith(fault) else f"{fault}\n{report}".strip()


def _contract_faults(task: Task, desk: AuthoringSession, files: Mapping[str, bytes]) -> Sequence[Finding]:
    def looked() -> Sequence[Finding]:
        return contract_faults(
            files,
            desk.workspace.executor,
            stated=task.stated,
            resolve=resolver(desk.workspace),
            base=task.base,
        )

    faults = _steadily(looked)
    return faults or _name_faults(task, _read(files).name)


def _name_faults(task: Task, name: str) -> list[Finding]:
    if name == task.app or not (task.named or name in task.taken):
        return []
    why = f"must be {task.app!r}" if task.named else f"is taken; {task.app!r} is not"
    return [Finding(path=f"{MANIFEST}: name", message=why)]


def _as_it_was(task: Task, desk: AuthoringSession, contract: Mapping[str, bytes]) -> Written | None:
    """Returns the old code under the new contract, where the gate lets it pass: only wordings were added.

    A contract that takes or gives something else asks for code, however little its examples say of it.
    """
    if task.base is None or interface_hash(task.base.manifest) != interface_hash(_read(contract).manifest):
        return None
    verdict = tried(task, desk.workspace, contract, patient=False)
    return Written(files=contract, verdict=verdict, rounds=0) if verdict.passed else None


def _steadily(look: Callable[[], Found]) -> Found:
    """Returns what a look finds; one that the machine failed is done again, for a round is dear."""
    try:
        return look()
    except HostFault:
        return look()


def tried(task: Task, workspace: Workspace, files: Mapping[str, bytes], *, patient: bool = True) -> Verdict:
    """Returns what the gate says of files (path -> bytes) that were written for a task; raises InvalidApp."""
    return _steadily(lambda: _judged(task, workspace, files, patient=patient))


def _judged(task: Task, workspace: Workspace, files: Mapping[str, bytes], *, patient: bool) -> Verdict:
    app = read_app(files)
    trial = trial_of(
        workspace,
        app,
        files,
        base=None if task.base is None else (task.base, task.base_files or {}),
        kind=task.kind,
        options=task.options,
        runs=() if task.base is None else good_runs(workspace, task.base),
        blind=True,
    )
    return judged(trial, tree_id(files), patient=patient)


def visible(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns what the author of the code may see: no requests, and no example that is held back."""
    app = read_app({SOURCE: b"function main() {}", **files})
    lines = [line for line in files[EXAMPLES].split(b"\n") if line.strip()]
    shown = [line for line, row in zip(lines, app.examples, strict=True) if not row.held_back]
    names = (MANIFEST, PROPERTIES, SOURCE)
    return {name: files[name] for name in names if name in files} | {EXAMPLES: b"\n".join(shown) + b"\n"}


def _afresh(task: Task, contract: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns the files without the code that failed: what is widened starts from the old code again."""
    old = (task.base_files or {}).get(SOURCE)
    files = {path: data for path, data in contract.items() if path != SOURCE}
    return files if old is None else {**files, SOURCE: old}


def _read(files: Mapping[str, bytes]) -> App:
    return read_app({SOURCE: b"function main() {}", **files})
