"""The runner of the language's conformance suite, tested with a small suite of our own."""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path

from benchmarks.test262 import listed, main

HARNESS = {
    "assert.js": "function assert(ok, why) { if (!ok) throw new Test262Error(why); }",
    "sta.js": "function Test262Error(message) { this.message = message; }\n"
    "Test262Error.prototype.toString = function () { return this.message; };\n",
    "extra.js": "var extra = 7;",
    "doneprintHandle.js": "function $DONE(error) { print(error ? 'Test262:AsyncTestFailure:' + error"
    " : 'Test262:AsyncTestComplete'); }",
}
SUITE = {
    "built-ins/Good/plain.js": "/*---\ndescription: x\n---*/\nassert(1 + 1 === 2);",
    "built-ins/Good/included.js": "/*---\nincludes: [extra.js]\n---*/\nassert(extra === 7);",
    "built-ins/Good/listed.js": "/*---\nincludes:\n  - extra.js\nflags:\n  - onlyStrict\n---*/\nassert(extra === 7 && this === undefined || true);",
    "built-ins/Good/negative.js": "/*---\nnegative:\n  phase: parse\n  type: SyntaxError\n---*/\nlet let;(",
    "built-ins/Good/thrown.js": "/*---\nnegative:\n  phase: runtime\n  type: RangeError\n---*/\nthrow new RangeError();",
    "built-ins/Good/async.js": "/*---\nflags: [async]\n---*/\nPromise.resolve().then(() => $DONE());",
    "built-ins/Good/sloppy.js": "/*---\nflags: [noStrict]\n---*/\nwith ({}) ; assert(true);",
    "built-ins/Good/raw.js": "/*---\nflags: [raw]\n---*/\n1;",
    "built-ins/Bad/wrong.js": "/*---\n---*/\nassert(false, 'no');",
    "built-ins/Bad/strict.js": "/*---\n---*/\nwith ({}) ;",
    "built-ins/Bad/other.js": "/*---\nnegative:\n  phase: runtime\n  type: RangeError\n---*/\nthrow new TypeError();",
    "built-ins/Bad/silent.js": "/*---\nnegative:\n  phase: runtime\n  type: RangeError\n---*/\n1;",
    "built-ins/Bad/async.js": "/*---\nflags: [async]\n---*/\nPromise.resolve().then(() => $DONE('no'));",
    "built-ins/Bad/never.js": "/*---\nflags: [async]\n---*/\n1;",
    "language/Left/module.js": "/*---\nflags: [module]\n---*/\nimport 'x';",
    "language/Left/shared.js": "/*---\nfeatures: [SharedArrayBuffer]\n---*/\n1;",
    "language/Left/realm.js": "/*---\n---*/\n$262.createRealm();",
    "language/Left/part_FIXTURE.js": "throw 1;",
}  # fmt: skip


def test_results_are_counted_by_area(tmp_path: Path) -> None:
    for folder, files in (("harness", HARNESS), ("test", SUITE)):
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    assert main(tmp_path) == {
        ("built-ins/Good", "pass"): 8,
        ("built-ins/Bad", "fail"): 6,
        ("language/Left", "left out"): 3,
    }


def test_lists_in_a_header_are_parsed_in_both_forms() -> None:
    assert listed("includes: [a.js, b.js]", "includes") == ("a.js", "b.js")
    assert listed("flags:\n  - async\n  - raw\nfeatures: []", "flags") == ("async", "raw")
    assert listed("features: []", "flags") == ()
