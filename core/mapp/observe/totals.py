"""Totals of runs and requests by day, in the journal's file: they stay when old runs are deleted.

Triggers count each run and each decision in the transaction that records it, so a total never disagrees with
what was recorded, and never decreases. Days are whole days since 1970-01-01 UTC.

`avoided` counts the answers that an app gave instead of a model: values, and errors that the app declares.
What a model's answer would have cost is an assumption, one call without tools and without a retry: it reads
`PROMPT_TOKENS` of instructions and the arguments, and writes `ANSWER_TOKENS` and the output, at
`CHARACTERS_PER_TOKEN`, for `MICROS_IN` and `MICROS_OUT` micro-dollars a token. The cost is added up when the
run is recorded, so another price in a later version does not change what was counted. A row of a map, or a
run whose arguments are not kept, counts without the arguments and the output.
"""

from __future__ import annotations

from typing import Final

PROMPT_TOKENS: Final = 250
ANSWER_TOKENS: Final = 10
CHARACTERS_PER_TOKEN: Final = 4
MICROS_IN: Final = 3
MICROS_OUT: Final = 15

TABLES: Final = """
CREATE TABLE IF NOT EXISTS run_totals (
    day INTEGER NOT NULL,
    app TEXT NOT NULL,
    outcome TEXT NOT NULL,
    runs INTEGER NOT NULL,
    script_ms REAL NOT NULL,
    wait_ms REAL NOT NULL,
    avoided INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    micros INTEGER NOT NULL,
    PRIMARY KEY (day, app, outcome)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request_totals (
    day INTEGER NOT NULL,
    decision TEXT NOT NULL,
    requests INTEGER NOT NULL,
    matched INTEGER NOT NULL,
    written INTEGER NOT NULL,
    PRIMARY KEY (day, decision)
) WITHOUT ROWID;
"""

_ADD_RUNS: Final = """
ON CONFLICT (day, app, outcome) DO UPDATE SET
    runs = runs + excluded.runs,
    script_ms = script_ms + excluded.script_ms,
    wait_ms = wait_ms + excluded.wait_ms,
    avoided = avoided + excluded.avoided,
    tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out,
    micros = micros + excluded.micros
"""
_ADD_REQUESTS: Final = """
ON CONFLICT (day, decision) DO UPDATE SET
    requests = requests + excluded.requests,
    matched = matched + excluded.matched,
    written = written + excluded.written
"""


def _run(row: str) -> str:
    """Returns the totals of one run as columns; `row` is the table's name or `NEW`."""
    answered = f"({row}.outcome = 'ok' OR {row}.outcome LIKE 'error:%')"
    read = f"({PROMPT_TOKENS} + COALESCE(length({row}.input), 0) / {CHARACTERS_PER_TOKEN})"
    wrote = f"({ANSWER_TOKENS} + COALESCE(length({row}.output), 0) / {CHARACTERS_PER_TOKEN})"
    return (
        f"CAST({row}.started / 86400 AS INTEGER), {row}.app, {row}.outcome, 1, {row}.wall_ms, {row}.total_ms,"
        f" {answered}, {answered} * {read}, {answered} * {wrote},"
        f" {answered} * ({read} * {MICROS_IN} + {wrote} * {MICROS_OUT})"
    )


def _request(row: str) -> str:
    """Returns the totals of one decision: an app that was just written for a request did not match it."""
    written = f"(json_valid({row}.evidence) AND COALESCE(json_extract({row}.evidence, '$.written'), 0) = 1)"
    return (
        f"CAST({row}.decided / 86400 AS INTEGER), {row}.decision, NOT {written},"
        f" {row}.run IS NOT NULL AND NOT {written}, {written}"
    )


TRIGGERS: Final = f"""
CREATE TRIGGER IF NOT EXISTS run_counted AFTER INSERT ON runs BEGIN
    INSERT INTO run_totals SELECT {_run("NEW")} WHERE true {_ADD_RUNS};
END;
CREATE TRIGGER IF NOT EXISTS request_counted AFTER INSERT ON decisions BEGIN
    INSERT INTO request_totals SELECT {_request("NEW")} WHERE true {_ADD_REQUESTS};
END;
CREATE TRIGGER IF NOT EXISTS run_forgotten AFTER DELETE ON runs BEGIN
    DELETE FROM recordings WHERE run = OLD.id;
    DELETE FROM notes WHERE run = OLD.id;
END;
"""

COUNT_KEPT: Final = f"""
INSERT INTO run_totals SELECT {_run("runs")} FROM runs WHERE true {_ADD_RUNS};
INSERT INTO request_totals SELECT {_request("decisions")} FROM decisions WHERE true {_ADD_REQUESTS};
"""
"""Counts the rows of a journal that had no totals yet."""

ADD_ROWS: Final = f"""
INSERT INTO run_totals SELECT :day, :app, :outcome, :rows, 0, 0, :avoided, :avoided * {PROMPT_TOKENS},
    :avoided * {ANSWER_TOKENS}, :avoided * {PROMPT_TOKENS * MICROS_IN + ANSWER_TOKENS * MICROS_OUT}
WHERE true {_ADD_RUNS}
"""
"""Counts rows of a map that were not recorded as runs: those with one outcome."""
