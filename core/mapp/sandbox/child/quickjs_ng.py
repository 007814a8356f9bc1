"""Adapts the default engine, the package `quickjs-ng`, to the interface of `dukpy`'s extension.

The worker and the prelude use one interface: `create_context()`, `eval_string(interpreter, source, given)`.
The latter publishes `dukpy` (the JSON value `given`) and `call_python`, evaluates the source, runs all
pending jobs, raises for an unhandled rejection, and returns the value as JSON. This module runs in a bare
interpreter and imports almost nothing.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from typing import Any

HEAP = 128 << 20  # bytes of heap, and below of stack: the limits of `dukpy`, so that the same scripts fit
STACK = 1 << 20
# All evaluated code is called "<input>", ours and the script's. The line number tells which is which in a
# stack (`mapp.sandbox.executors.protocol` uses the same number).
OUR_FIRST_LINE = 10_000
ABOVE = "\n" * OUR_FIRST_LINE
# The extension passes only flat strings, not arrays: texts are quoted here and joined in Python.
# Functions of this release that dukpy lacks are removed, so that an app finds the same names in both.
BRIDGE = """
(function (global) {
  "use strict";
  const ask = global.__ask__;
  delete global.__ask__;
  const { parse, stringify } = JSON;
  const { deleteProperty, getPrototypeOf } = Reflect;
  const call = (name, first, second) => {
    const one = stringify(first);
    return parse(second === undefined ? ask(name, one) : ask(name, one, stringify(second)));
  };
  const newer = [
    [global, ["AsyncDisposableStack", "DisposableStack", "SuppressedError", "atob", "btoa"]],
    [ArrayBuffer.prototype, ["immutable", "sliceToImmutable", "transferToImmutable"]],
    [Iterator, ["zip", "zipKeyed"]],
    [Iterator.prototype, ["chunks", "includes", "join", "windows", Symbol.dispose]],
    [getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})()))), [Symbol.asyncDispose]],
    [JSON, ["isRawJSON", "rawJSON"]],
    [Symbol, ["asyncDispose", "dispose"]],
    [Uint8Array, ["fromBase64", "fromHex"]],
    [Uint8Array.prototype, ["setFromBase64", "setFromHex", "toBase64", "toHex"]],
  ];
  for (const [object, names] of newer) for (const name of names) deleteProperty(object, name);
  return (write) => (write ? stringify : call);
})(globalThis);
"""


class Ask:
    """Passes calls from JavaScript to the interpreter that is evaluating now."""

    def __init__(self) -> None:
        self.interpreter: Any = None

    def __call__(self, name: str, *texts: str) -> str:
        """Returns the JSON that answers a call."""
        known = self.interpreter is not None and self.interpreter._check_exported_function_exists(
            name.encode()
        )
        if not known:
            raise LookupError(name)
        arguments = b"[" + ",".join(texts).encode() + b"]"
        answer: bytes = self.interpreter._call_python(name.encode(), arguments)
        return answer.decode()


class Context:
    """A separate runtime with its limits and our two functions."""

    def __init__(self, native: Any, rejections: Rejections | None) -> None:
        self.native = native
        self.rejections = rejections
        self.ask = Ask()
        native.set_memory_limit(HEAP)
        native.set_max_stack_size(STACK)
        native.add_callable("__ask__", self.ask)
        choose = native.eval(ABOVE + BRIDGE)
        self.write, self.call = choose(True), choose(False)
        if rejections is not None:
            rejections.watch(native)

    def evaluate(self, source: str, given: str) -> str | None:
        """Returns the value of the source as JSON when all jobs are done; None for undefined."""
        self.native.set("dukpy", self.native.parse_json(given))
        self.native.set("call_python", self.call)
        value = self.native.eval(ABOVE + source)
        self._finish()
        if value is None:
            return None
        text: str | None = self.write(value)
        self._finish()
        return text

    def _finish(self) -> None:
        while self.native.execute_pending_job():
            pass
        if self.rejections is not None and (reason := self.rejections.take(self.native)) is not None:
            raise RuntimeError(reason)


class Engine:
    """The extension behind the two functions that the worker calls."""

    def __init__(self, extension: Any, path: str) -> None:
        self._new = extension.Context
        self._error = extension.JSException
        self._rejections = Rejections.of(path)

    def create_context(self) -> Context:
        """Returns a fresh context in a separate runtime."""
        return Context(self._new(), self._rejections)

    def eval_string(self, interpreter: Any, source: bytes, given: bytes) -> bytes | None:
        """Returns the value of `source` as JSON, or None for undefined.

        Raises RuntimeError with the text of the thrown value, which a script may control.
        """
        context: Context = interpreter._ctx
        context.ask.interpreter = interpreter
        try:
            text = context.evaluate(source.decode(), given.decode())
        except self._error as error:
            raise RuntimeError(str(error).removesuffix("\n").removesuffix("\nundefined")) from None
        finally:
            context.ask.interpreter = None  # avoids a cycle: garbage collection is off here
        return None if text is None else text.encode()


class Rejections:
    """Tracks unhandled rejections per runtime, which the extension itself does not do.

    Uses the engine's C interface in the same file. Where it is not visible (Windows), or where values have
    another layout (32 bits), unhandled rejections go unnoticed.
    """

    def __init__(self, library: Any, ctypes: Any) -> None:
        self._library, self._ctypes = library, ctypes
        self._pending: dict[int, dict[int, tuple[Any, Any]]] = {}

        class Value(ctypes.Structure):  # type: ignore[misc]  # quickjs.h: JSValue on 64 bits
            _fields_ = (("pointer", ctypes.c_uint64), ("tag", ctypes.c_int64))

        pointer = ctypes.c_void_p
        kind = ctypes.CFUNCTYPE(None, pointer, Value, Value, ctypes.c_bool, pointer)
        self._notice = kind(self._on_rejection)
        library.JS_SetHostPromiseRejectionTracker.argtypes = (pointer, kind, pointer)
        library.JS_GetRuntimeOpaque.argtypes = (pointer,)
        library.JS_GetRuntimeOpaque.restype = pointer
        library.JS_DupValue.argtypes, library.JS_DupValue.restype = (pointer, Value), Value
        library.JS_FreeValue.argtypes, library.JS_FreeValue.restype = (pointer, Value), None
        library.JS_GetException.argtypes, library.JS_GetException.restype = (pointer,), Value
        library.JS_GetPropertyStr.argtypes = (pointer, Value, ctypes.c_char_p)
        library.JS_GetPropertyStr.restype = Value
        library.JS_ToCStringLen2.argtypes = (pointer, pointer, Value, ctypes.c_bool)
        library.JS_ToCStringLen2.restype = pointer
        library.JS_FreeCString.argtypes, library.JS_FreeCString.restype = (pointer, pointer), None

    @classmethod
    def of(cls, path: str) -> Rejections | None:
        """Returns the tracker of an extension, or None if this system does not support one."""
        if sys.maxsize < 2**32 or sys.platform == "win32":
            return None
        import ctypes

        try:
            return cls(ctypes.PyDLL(path), ctypes)
        except (OSError, AttributeError):
            return None

    def watch(self, native: Any) -> None:
        """Starts to track a context; raises RuntimeError if the extension's object layout is unknown."""
        runtime, _ = self._pointers(native)
        if runtime % 8 or self._library.JS_GetRuntimeOpaque(runtime) != id(native):
            raise RuntimeError("this release of the extension has an unknown object layout")
        self._pending[runtime] = {}
        self._library.JS_SetHostPromiseRejectionTracker(runtime, self._notice, runtime)

    def take(self, native: Any) -> str | None:
        """Returns the text of the latest unhandled rejection, or None, and forgets all of them."""
        runtime, context = self._pointers(native)
        pending, self._pending[runtime] = self._pending[runtime], {}
        text = None
        for promise, reason in reversed(pending.values()):
            text = self._describe(context, reason) if text is None else text
            self._library.JS_FreeValue(context, promise)
            self._library.JS_FreeValue(context, reason)
        return text

    def _on_rejection(self, context: int, promise: Any, reason: Any, handled: bool, runtime: int) -> None:
        pending = self._pending[runtime]
        if not handled:
            values = tuple(self._library.JS_DupValue(context, value) for value in (promise, reason))
            pending[promise.pointer] = values
        elif known := pending.pop(promise.pointer, None):
            for value in known:
                self._library.JS_FreeValue(context, value)

    def _pointers(self, native: Any) -> tuple[int, int]:
        """Returns the addresses of runtime and context, the first two fields of the extension's object."""
        words = (self._ctypes.c_size_t * 2).from_address(id(native) + object.__basicsize__)
        return words[0], words[1]

    def _describe(self, context: int, reason: Any) -> str:
        """Returns the thrown value as text, with its stack if it has one."""
        head = self._text(context, reason)
        stack = self._library.JS_GetPropertyStr(context, reason, b"stack")
        tail = self._text(context, stack)
        self._library.JS_FreeValue(context, stack)
        return f"{head}\n{tail}".rstrip("\n") if tail.startswith("    at ") else head

    def _text(self, context: int, value: Any) -> str:
        address = self._library.JS_ToCStringLen2(context, None, value, False)
        if not address:
            self._library.JS_FreeValue(context, self._library.JS_GetException(context))
            return "a value that cannot be converted to text"
        text: str = self._ctypes.string_at(address).decode("utf-8", "replace")
        self._library.JS_FreeCString(context, address)
        return text
