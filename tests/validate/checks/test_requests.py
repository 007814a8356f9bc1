"""An app needs enough requests, and the router must route them well."""

from __future__ import annotations

from mapp.model.verdict import Finding
from mapp.sandbox.executor import Executor
from mapp.validate.checks.requests import check_requests
from mapp.validate.trial import Resolved, Trial
from support.apps import Draft, app


def full() -> Draft:
    made = app().without("tests/requests.jsonl")
    for number in range(40):
        made.said(f"double {number}", {"number": number})
    near = "".join(f'{{"request": "halve {number}", "fits": false, "why": "no"}}\n' for number in range(15))
    return made.file("tests/requests.jsonl", made.contents["tests/requests.jsonl"] + near.encode())


def test_a_generated_app_needs_enough_requests_to_train_the_router(executor: Executor) -> None:
    few = check_requests(Trial(app=app().read(), executor=executor, kind="compile"))
    enough = check_requests(Trial(app=full().read(), executor=executor, kind="compile"))

    assert [problem.message.partition(";")[0] for problem in few.problems] == [
        "has 1 different requests",
        "has 0 different near misses",
    ]
    assert enough.passed


def test_an_app_written_by_hand_may_have_a_single_request(executor: Executor) -> None:
    assert check_requests(Trial(app=app().read(), executor=executor)).passed
    bare = app().without("tests/requests.jsonl").read()
    assert check_requests(Trial(app=bare, executor=executor)).status == "skipped"


def test_problems_found_by_the_router_fail_the_check(executor: Executor) -> None:
    found = Resolved(counted=3, problems=(Finding(path="", message="bad"),), evidence=(("right", 1),))
    result = check_requests(Trial(app=app().read(), executor=executor, resolve=lambda _: found))

    assert not result.passed
    assert dict(result.evidence) == {"held_back": 3, "right": 1}
