"""Proposing a heal and reporting a failure: what the author gets, from real servers, and what is refused."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, InvalidApp, NotFound, UsageError
from mapp.git.repository import Repository
from mapp.library.commit_app import message, put
from mapp.model.app import REGRESSIONS, SOURCE, App, Example
from mapp.model.incident import Incident
from mapp.ops.check.ci import validate
from mapp.ops.share import upstream
from mapp.ops.share.propose import Proposed, propose
from mapp.ops.share.report import FailingCase, Reported, report
from mapp.ops.share.update import Options, update
from mapp.ops.share.upstream import Sending, Target
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN
from mapp.share.errors import RemoteFailed
from mapp.share.remote import Access, Update, ls_remote, push
from support import git_servers
from support.authors import Decided
from support.git_servers import GitServer
from support.healing import FEW, THROWS, code, double, failure, verdict_on_heal
from support.healing import healed as heal_with
from support.library import Built, git, library, proposal
from support.sharing import SharedWorld
from support.terminal import mapp
from support.verdicts import passing

FIXED = "function main(input, host) {\n  return input.number * 2;\n}\n"
GH = """\
#!/bin/sh
echo "$@" >> FOLDER/log
case "$1 $2" in
"pr create")
  cat > FOLDER/body
  if [ -e FOLDER/opened ]; then
    echo "a pull request for branch x already exists: https://github.com/ada/vat/pull/7" >&2
    exit 1
  fi
  touch FOLDER/opened
  echo https://github.com/ada/vat/pull/7;;
"repo fork")
  if [ -e FOLDER/forked ]; then echo "bea/double-1 already exists" >&2; exit 0; fi
  touch FOLDER/forked
  echo https://github.com/bea/double-1;;
"issue list") test ! -e FOLDER/issue || cat FOLDER/issue;;
"issue create")
  cat > /dev/null
  echo https://github.com/ada/vat/issues/8 | tee FOLDER/issue;;
esac
"""
CASE = {"input": {"number": 1000}, "output": 2000}


@pytest.fixture(scope="module", params=["daemon", "web"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_servers.started(request.param, tmp_path_factory) as found:
        yield found


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry on this machine that lists `double` 1.0.0, which is installed."""
    return installed(SharedWorld(tmp_path / "served"))


def installed(found: SharedWorld) -> SharedWorld:
    author = found.author("double")
    author.release(double())
    git(author.path, "config", "http.receivepack", "true")
    git(author.path, "config", "receive.advertisePushOptions", "true")
    found.list(author.entry)
    found.use()
    found.install("double")
    return found


def healed(version: str = "1.0.1", source: str = FIXED) -> str:
    """Lands a heal in the library with the verdict that the gate gives, and returns its commit."""
    built = Built()
    repository = Repository.open(built.home.repository("double"))
    draft = double(source).version(version).file(REGRESSIONS, json.dumps(CASE) + "\n")
    base = repository.tree_of(str(repository.tip()))
    trailers = {
        "Mapp-Operation": "heal",
        "Mapp-Incident": "0190-abc",
        "Mapp-Verdict": "passed",
        "Mapp-Base": str(repository.tip()),
    }
    made = proposal(draft, message("double: 1.0.1", trailers), verdict=verdict_on_heal(passing(draft), base))
    return put(built.home, made).commit


def proposed(what: str = "double", target: Target | None = None, *, dry_run: bool = False) -> Proposed:
    workspace = library().build().workspace
    try:
        return propose(workspace, what, target or Target(), dry_run=dry_run)
    finally:
        workspace.close()


def refs(shared: SharedWorld, name: str = "double.git") -> dict[str, str]:
    rows = git(shared.folder / name, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")
    return dict(row.split(" ") for row in rows.splitlines())


def test_a_heal_reaches_the_author_as_one_commit_on_the_release(
    server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    for left in server.folder.glob("*.git"):
        left.rename(tmp_path / left.name)
    shared = installed(SharedWorld(server.folder, base=server.base))
    healed()
    done = proposed()
    assert done.changed
    assert done.sending.place.remote == server.url("double.git")
    author = Repository.open(server.folder / "double.git")
    commit = author.info(refs(shared)["refs/heads/heal/0190-abc"])
    assert commit.id == done.sending.commit
    assert commit.parents == (author.resolve("v1.0.0"),), "test and fix together, so that CI passes each"
    assert commit.trailers["Mapp-Operation"] == "heal"
    again = proposed()
    assert (again.changed, again.sending.commit) == (False, commit.id)


def test_a_dry_run_shows_everything_and_sends_nothing(shared: SharedWorld) -> None:
    healed()
    done = proposed(dry_run=True)
    assert not done.changed and set(refs(shared)) == {"refs/heads/main"}
    text = done.sending.request
    assert f"{done.sending.place.remote} heal/0190-abc" in text
    assert "throw new TypeError" in text and "### Verdict: passed" in text
    assert done.to_dict()["title"] == "double 1.0.1: heal"


def test_the_author_merges_it_and_the_update_drops_the_heal(shared: SharedWorld) -> None:
    healed()
    done = proposed()
    author = shared.author("double")
    author.entry = shared.builder.now.entry("double")
    there = Repository.open(author.path)
    there.move_ref("refs/heads/main", there.tip(), done.sending.commit)
    draft = double(FIXED).file(REGRESSIONS, json.dumps(CASE) + "\n")
    author.release(draft, "1.0.1")
    shared.list(author.entry)
    workspace = shared.workspace
    (row,) = update(workspace, ("double",), Options())
    workspace.close()
    assert (row.state, [fate.state for fate in row.local]) == ("updated", ["dropped"])
    with pytest.raises(NotFound, match="nothing to propose"):
        proposed()


def test_a_heal_that_waits_for_review_is_proposed_with_its_evidence(shared: SharedWorld) -> None:
    built = Built()
    incident = failure(built, "double", {"number": 1000}, expected='{"output": 2000}')
    done = heal_with(built, incident, code(FIXED), Decided(merges=False))
    built.workspace.close()
    assert done.changed is not None and done.changed.change.state == "proven"
    found = proposed(done.changed.change.id)
    assert (found.changed, found.sending.branch) == (True, f"heal/{incident.id}")
    assert "v1:0a" in found.sending.body and "### Cost" in found.sending.body
    author = Repository.open(shared.folder / "double.git")
    tip = refs(shared)[f"refs/heads/heal/{incident.id}"]
    assert author.info(tip).parents == (author.resolve("v1.0.0"),)
    assert [proposed(what).changed for what in ("double", f"heal/{incident.id}")] == [False, False]


@pytest.mark.sweep
def test_the_authors_ci_derives_the_verdict_again(shared: SharedWorld) -> None:
    healed()
    done = proposed()
    workspace, author = shared.workspace, shared.folder / "double.git"
    rows = list(
        validate(workspace, author, base="v1.0.0", head=done.sending.branch, environment={}, options=FEW)
    )
    workspace.close()
    assert [(row.commit.id, row.verdict.kind) for row in rows] == [(done.sending.commit, "heal")]
    failed = {row.check for row in rows[0].verdict.results if not row.passed}
    assert failed <= {"requests", "mutation"}, failed


def test_a_fork_gets_the_branch_instead(shared: SharedWorld) -> None:
    git(shared.folder, "init", "-q", "--bare", "-b", "main", "fork.git")
    healed()
    done = proposed(target=Target(to=str(shared.folder / "fork.git")))
    assert done.sending.place.remote.endswith("fork.git")
    assert set(refs(shared, "fork.git")) == {"refs/heads/heal/0190-abc"}
    assert set(refs(shared)) == {"refs/heads/main"}


def test_a_changed_proposal_replaces_its_own_branch_but_nobody_elses(shared: SharedWorld) -> None:
    healed()
    first = proposed().sending
    other = FIXED.replace("input.number * 2", "2 * input.number")
    healed("1.0.2", other)
    second = proposed()
    assert (
        second.changed and refs(shared)["refs/heads/heal/0190-abc"] == second.sending.commit != first.commit
    )
    there = Repository.open(shared.folder / "double.git")
    there.set_ref("refs/heads/heal/0190-abc", str(there.tip()))
    with pytest.raises(AlreadyExists) as refused:
        proposed()
    assert refused.value.code == "MAPP-0864"
    assert refs(shared)["refs/heads/heal/0190-abc"] == there.tip()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_proposal_that_was_killed_is_finished_by_the_next(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*given: object, **more: object) -> None:
        if moment == "after":
            push(*given, **more)  # type: ignore[arg-type]
        raise Killed

    healed()
    with monkeypatch.context() as context, pytest.raises(Killed):
        context.setattr(upstream, "push", killed)
        proposed()
    done = proposed()
    assert done.changed == (moment == "before")
    assert refs(shared)["refs/heads/heal/0190-abc"] == done.sending.commit


def test_push_options_reach_the_server(shared: SharedWorld) -> None:
    hook = shared.folder / "double.git/hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION > options\n")
    hook.chmod(0o755)
    healed()
    proposed(target=Target(options=("merge_request.create", "merge_request.target=main")))
    assert "merge_request.target=main" in (shared.folder / "double.git/options").read_text()


def test_a_key_in_a_change_or_an_evidence_never_leaves(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    healed()
    monkeypatch.setattr(Workspace, "redact", lambda _, text: text.replace("TypeError", "[key]"))
    assert "TypeError" not in proposed(dry_run=True).sending.body
    monkeypatch.setattr(Workspace, "redact", lambda _, text: text.replace("2000", "[key]"))
    with pytest.raises(UsageError, match="contains one of your keys"):
        proposed()
    assert set(refs(shared)) == {"refs/heads/main"}


def test_what_did_not_pass_the_gate_is_not_proposed(shared: SharedWorld) -> None:
    """A verdict that leaves out what a heal must pass does not count."""
    built = Built()
    draft = double(FIXED).version("1.0.1").file(REGRESSIONS, json.dumps(CASE) + "\n")
    text = message("double: 1.0.1", {"Mapp-Operation": "heal"})
    put(built.home, proposal(draft, text, verdict=passing(draft)))
    with pytest.raises(InvalidApp, match="has not passed the gate"):
        proposed()


def test_an_app_of_ones_own_has_no_author(shared: SharedWorld) -> None:
    library().app("own").build()
    with pytest.raises(UsageError, match="no author"):
        proposed("own")
    with pytest.raises(NotFound):
        proposed("nothing")


def test_nothing_is_sent_when_the_person_says_no(shared: SharedWorld) -> None:
    healed()
    shown: list[Sending] = []

    def no(sending: Sending) -> bool:
        shown.append(sending)
        return False

    workspace = shared.workspace
    done = propose(workspace, "double", Target(), confirm=no)
    workspace.close()
    assert done.dry_run and shown == [done.sending]
    assert set(refs(shared)) == {"refs/heads/main"}


def case(workspace: Workspace, incident: Incident, app: App, files: object) -> FailingCase:
    row = Example.from_dict({**CASE})
    return FailingCase(
        row=row, outcome="threw: TypeError: too much", recordings={"tests/recordings/a.json": b"{}"}
    )


@pytest.fixture
def incident(shared: SharedWorld) -> Iterator[Incident]:
    built = Built()
    yield failure(built, "double", {"number": 1000})
    built.workspace.close()


def reported(incident: Incident, target: Target | None = None, **more: object) -> Reported:
    workspace = library().build().workspace
    try:
        return report(workspace, incident.id, target or Target(), reproduce=case, **more)  # type: ignore[arg-type]
    finally:
        workspace.close()


def test_a_report_is_a_branch_with_the_failing_test(shared: SharedWorld, incident: Incident) -> None:
    done = reported(incident)
    assert (done.way, done.changed) == ("branch", True)
    author = Repository.open(shared.folder / "double.git")
    tip = refs(shared)[f"refs/heads/report/{incident.id}"]
    assert author.info(tip).parents == (author.resolve("v1.0.0"),)
    shown = git(shared.folder / "double.git", "show", f"{tip}:{REGRESSIONS}")
    assert json.loads(shown) == CASE
    assert git(shared.folder / "double.git", "show", f"{tip}:{SOURCE}") + "\n" == THROWS
    assert "TypeError: too much" in done.sending.body and "code_bug" in done.sending.body
    again = reported(incident)
    assert (again.way, again.changed, again.sending.commit) == ("branch", False, tip)


def test_a_report_is_shown_first_and_a_no_sends_nothing(shared: SharedWorld, incident: Incident) -> None:
    assert reported(incident, dry_run=True).way == "none"
    assert reported(incident, confirm=lambda _: False).way == "none"
    assert set(refs(shared)) == {"refs/heads/main"}


def test_a_failure_that_the_code_did_not_cause_is_not_reported(shared: SharedWorld) -> None:
    built = Built()
    found = failure(built, "double", {"number": 1000}, "upstream_down", fingerprint="v1:0b")
    built.workspace.close()
    with pytest.raises(UsageError, match="was not caused by double"):
        reported(found)


def with_gh(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a stand-in for `gh` on the path, and returns the file with its calls."""
    programs = folder / "programs"
    programs.mkdir()
    script = programs / "gh"
    script.write_text(GH.replace("FOLDER", str(folder)))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return folder / "log"


class GitHub:
    """Stands in for GitHub: anybody may read; only the fork accepts a push, and only after a moment."""

    def __init__(self, shared: SharedWorld, monkeypatch: pytest.MonkeyPatch, author: str, fork: str) -> None:
        self.places = {author: shared.folder / "double.git", fork: shared.folder / "fork.git"}
        self.fork = fork
        self.tries = 0
        git(shared.folder, "init", "-q", "--bare", "-b", "main", "fork.git")
        monkeypatch.setattr(upstream, "_author", lambda *_: (author, OWN, Access(allow_plain=True)))
        monkeypatch.setattr(upstream, "ls_remote", self.ls_remote)
        monkeypatch.setattr(upstream, "push", self.push)
        monkeypatch.setattr(sys.modules[propose.__module__], "PAUSES", (0.0, 0.0))

    def ls_remote(self, url: str, *patterns: str, access: Access) -> Mapping[str, str]:
        return ls_remote(str(self.places[url]), *patterns, access=Access(allow_plain=True))

    def push(self, repository: Path, url: str, updates: Sequence[Update], **_: object) -> None:
        if url != self.fork:
            raise RemoteFailed(f"could not push to {url}: access was denied", code="MAPP-0573")
        self.tries += 1
        if self.tries == 1:
            raise RemoteFailed(f"could not push to {url}: Repository not found")
        push(repository, str(self.places[url]), updates, access=Access(allow_plain=True))


@pytest.mark.parametrize(
    ("author", "fork"),
    [
        ("https://github.com/ada/double.git", "https://github.com/bea/double-1.git"),
        ("ssh://git@github.com/ada/double.git", "ssh://git@github.com/bea/double-1.git"),
    ],
)
def test_on_github_a_proposal_goes_to_a_fork_if_the_author_lets_nobody_push(
    author: str, fork: str, shared: SharedWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = with_gh(tmp_path, monkeypatch)
    GitHub(shared, monkeypatch, author, fork)
    healed()
    done = json.loads(mapp("propose", "double", "--yes", "--json").out)
    assert (done["remote"], done["changed"]) == (fork, True)
    assert refs(shared, "fork.git") == {"refs/heads/heal/0190-abc": done["commit"]}
    assert set(refs(shared)) == {"refs/heads/main"}
    assert "repo fork ada/double --clone=false" in log.read_text()
    assert "--head bea:heal/0190-abc" in log.read_text() and done["pull_request"].endswith("/pull/7")
    again = json.loads(mapp("propose", "double", "--yes", "--json").out)
    assert (again["remote"], again["changed"]) == (fork, False)


def test_a_fork_is_made_only_if_the_person_agrees_to_that_too(
    shared: SharedWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = with_gh(tmp_path, monkeypatch)
    author = "https://github.com/ada/double.git"
    GitHub(shared, monkeypatch, author, "https://github.com/bea/double-1.git")
    healed()
    asked: list[str] = []

    def only_the_first(sending: Sending) -> bool:
        asked.append(sending.place.remote)
        return len(asked) == 1

    workspace = shared.workspace
    done = propose(workspace, "double", Target(), confirm=only_the_first)
    workspace.close()
    assert (done.dry_run, done.changed) == (True, False)
    assert asked == [author, f"your own fork of {author}"]
    assert not log.exists()


def test_elsewhere_a_refused_push_says_how_to_use_a_fork(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = "https://git.example.org/ada/double.git"
    GitHub(shared, monkeypatch, author, "https://git.example.org/bea/double.git")
    healed()
    with pytest.raises(RemoteFailed) as refused:
        proposed()
    assert "--to URL" in refused.value.hint


def test_on_github_gh_opens_a_pull_request_or_an_issue_once(
    shared: SharedWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapp.ops.share.open_request import open_issue, pull_request

    log = with_gh(tmp_path, monkeypatch)
    told: list[str] = []
    url, fork = "https://github.com/ada/vat.git", "https://github.com/bea/vat"
    for _ in range(2):
        opened = pull_request(url, "heal/1", "vat 1.0.1: heal", "the body", pushed=fork, tell=told.append)
        assert opened == "https://github.com/ada/vat/pull/7"
    assert "--head bea:heal/1" in log.read_text() and (tmp_path / "body").read_text() == "the body"
    for _ in range(2):
        assert open_issue(url, "title", "body 0190", sign="0190", tell=told.append).endswith("/8")
    assert log.read_text().count("issue create") == 1
    assert pull_request("https://git.example.org/vat", "heal/1", "t", "b", tell=told.append) == ""
    assert told == []
