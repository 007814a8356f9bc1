// Runs in every fresh context before any untrusted code.
//
// It captures the intrinsics that it needs later, removes what a script must not reach (the bridge to Python,
// code from strings, clocks, ways to observe garbage collection), and leaves one global function, `__mapp__`.
// The worker calls that function once: it removes itself, reads the job, evaluates the script and returns a
// text. Between evaluating the script and answering, no code here may touch a property that the script could
// have replaced or added to a prototype: no methods on values, no iteration, no array writes; only captured
// functions, own properties, objects without a prototype and operators on primitives.
(function (global) {
  "use strict";

  const { apply, construct, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, isExtensible, setPrototypeOf } =
    Reflect;
  const { defineProperty, freeze, keys: ownKeys } = Object;
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { imul } = Math;
  const evaluate = global.eval;
  const toText = String;
  const isWellFormed = String.prototype.isWellFormed;
  const toWellFormed = String.prototype.toWellFormed;
  const { indexOf, slice } = String.prototype;
  const promiseThen = Promise.prototype.then;
  const ArrayPrototype = Array.prototype;
  const ObjectPrototype = Object.prototype;
  const EngineErrorPrototype = InternalError.prototype;
  const RealDate = Date;
  const TypeErrorType = TypeError;
  const EvalErrorType = EvalError;
  const ErrorType = Error;

  const MAX_DEPTH = 100; // levels of nesting in a result; each takes four of the engine's 650 frames
  const MAX_MESSAGE = 4000;
  const MAX_STACK = 8000;
  const MAX_CALL = 524288; // characters in the arguments of one host call

  let now = 0;

  // ---- removing what no script may reach ----------------------------------------------------------------

  const hide = (object, name, value) =>
    defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });

  const fix = (object, name, value) =>
    defineProperty(object, name, { value, writable: false, enumerable: false, configurable: false });

  function forbidCodeFromStrings() {
    const Refusing = function Function() {
      throw new EvalErrorType("making code from strings is not allowed");
    };
    fix(Refusing, "prototype", Function.prototype);
    const kinds = [function () {}, function* () {}, async function () {}, async function* () {}];
    for (const kind of kinds) fix(getPrototypeOf(kind), "constructor", Refusing);
    hide(global, "Function", Refusing);
    delete global.eval;
  }

  function pinDate() {
    const Pinned = function Date(...parts) {
      if (new.target === undefined) return toText(construct(RealDate, [now]));
      return construct(RealDate, parts.length === 0 ? [now] : parts, new.target);
    };
    fix(Pinned, "prototype", RealDate.prototype);
    fix(Pinned, "length", 7);
    hide(Pinned, "now", () => now);
    hide(Pinned, "parse", RealDate.parse);
    hide(Pinned, "UTC", RealDate.UTC);
    hide(RealDate.prototype, "constructor", Pinned);
    hide(global, "Date", Pinned);
  }

  function removeAmbientAuthority() {
    const unwanted = ["performance", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics"];
    for (const name of unwanted) delete global[name];
    // Only the engine itself may throw an InternalError, so that "out of memory" cannot be forged.
    delete global.InternalError;
    delete EngineErrorPrototype.constructor;
    // It would hand the script the functions on the stack, ours included.
    delete Error.prepareStackTrace;
    removeBridge();
  }

  // The extension restores both at the start of every evaluation.
  function removeBridge() {
    delete global.dukpy;
    delete global.call_python;
  }

  // ---- mathematics with the same last digit everywhere ----------------------------------------------------

  // `dukpy` holds [source of mathematics.js, whether to evaluate it now]. A helper process evaluates it once for all
  // its workers; a context made during a run evaluates it only when needed.
  function installMathematics([source, eager]) {
    const { abs, floor, sqrt, trunc } = Math;
    const view = new Float64Array(1);
    const captured = { abs, floor, sqrt, trunc, integer: BigInt, wrap: BigInt.asUintN, number: Number, view,
      words: new Uint32Array(view.buffer), List: Float64Array };
    let functions = null;
    const load = () => (functions === null ? (functions = evaluate(source)(captured)) : functions);
    const unary = (name) => ({ [name](x) { return load()[name](+x); } })[name];
    for (const name of ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "exp", "expm1",
      "log", "log10", "log1p", "log2", "sin", "sinh", "tan", "tanh"]) hide(Math, name, unary(name));
    const others = {
      atan2(y, x) { return load().atan2(+y, +x); },
      pow(x, y) { return load().pow(+x, +y); },
      hypot(x, y) { return load().hypot(arguments); }, // two named, for its `length`
    };
    for (const name of ["atan2", "pow", "hypot"]) hide(Math, name, others[name]);
    if (eager) load();
  }

  // ---- random numbers: sfc32, 53 bits per draw ------------------------------------------------------------

  function generator(low, high, stream) {
    let a = low | 0, b = high | 0, c = stream | 0, counter = 1;
    const word = () => {
      const sum = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      return sum >>> 0;
    };
    for (let round = 0; round < 15; round += 1) word();
    return () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
  }

  // ---- writing a result as JSON: every property is read exactly once --------------------------------------

  // Recognised by identity: asking an unknown error for its prototype could run the script's trap.
  const refusal = { __proto__: null, message: "" };
  const tooLong = { __proto__: null };

  function pathOf(node, key) {
    let path = step(key);
    for (let here = node; here !== null; here = here.parent) path = step(here.key) + path;
    return path;
  }

  function step(key) {
    if (typeof key === "number") return "[" + key + "]";
    return key.root === undefined ? "." + key.name : key.root;
  }

  function refuse(node, key, what) {
    refusal.message = pathOf(node, key) + " " + what;
    throw refusal;
  }

  function serialiser(limit) {
    let left = limit;
    // Appending to a string copies it, so text is collected in small buffers first.
    let all = "", large = "", small = "";
    const emit = (text) => {
      left -= text.length;
      if (left < 0) throw tooLong;
      small += text;
      if (small.length > 512) flush();
    };
    const flush = () => {
      large += small;
      small = "";
      if (large.length < 32768) return;
      all += large;
      large = "";
    };

    function write(value, node, key, depth) {
      switch (typeof value) {
        case "string": return writeString(value, node, key);
        case "number": return writeNumber(value, node, key);
        case "boolean": return emit(value ? "true" : "false");
        case "object": return value === null ? emit("null") : writeObject(value, node, key, depth);
        default: return refuse(node, key, "is " + nameOfType(value) + ", which JSON cannot carry");
      }
    }

    function writeString(value, node, key) {
      if (!apply(isWellFormed, value, [])) refuse(node, key, "holds half a surrogate pair");
      if (value.length > left) throw tooLong;
      emit(stringify(value));
    }

    function writeNumber(value, node, key) {
      if (value - value !== 0) refuse(node, key, "is " + value + ", which JSON cannot carry");
      emit(value === 0 ? "0" : "" + value);
    }

    function writeObject(value, parent, key, depth) {
      if (depth === MAX_DEPTH) refuse(parent, key, "is nested more than " + MAX_DEPTH + " levels deep");
      for (let above = parent; above !== null; above = above.parent)
        if (above.value === value) refuse(parent, key, "contains itself");
      const node = { __proto__: null, value, key, parent };
      if (isArray(value)) writeArray(value, node, depth);
      else writeRecord(value, node, depth);
    }

    function writeArray(value, node, depth) {
      const length = +value.length;
      emit("[");
      for (let index = 0; index < length; index += 1) {
        if (index > 0) emit(",");
        write(value[index], node, index, depth + 1);
      }
      emit("]");
    }

    function writeRecord(value, node, depth) {
      const prototype = getPrototypeOf(value);
      if (prototype !== null && prototype !== ObjectPrototype)
        refuse(node.parent, node.key, "is an instance of a class, not a plain object or array");
      const names = ownKeys(value);
      emit("{");
      for (let index = 0; index < names.length; index += 1) {
        if (index > 0) emit(",");
        writeMember(value, names[index], node, depth);
      }
      emit("}");
    }

    function writeMember(value, name, node, depth) {
      const key = { __proto__: null, name };
      writeString(name, node, key);
      emit(":");
      write(value[name], node, key, depth + 1);
    }

    return (value, root) => {
      write(value, null, root, 0);
      return all + large + small;
    };
  }

  const nameOfType = (value) => {
    switch (typeof value) {
      case "undefined": return "undefined";
      case "bigint": return "a BigInt";
      default: return "a " + typeof value;
    }
  };

  function serialise(value, name, limit) {
    return serialiser(limit)(value, { __proto__: null, root: name, name });
  }

  // ---- the record of a job, as one text ---------------------------------------------------------------------

  const blank = () =>
    ({ __proto__: null, kind: "refused", json: "", name: "", stack: "",
       message: "output is a promise that never settles" });

  // One line of JSON, then the JSON of the output. The engine pushes an object onto an array to write it, where a
  // script's setter on Array.prototype["0"] could catch it. But it first calls `toJSON`, and it does not push a
  // string anywhere.
  const answerOf = (record) => freeze({ __proto__: null, toJSON: () => textOfRecord(record) });

  const textOfRecord = ({ kind, json, name, message, stack }) =>
    '{"kind":' + stringify(kind) + ',"name":' + stringify(name) + ',"message":' + stringify(message) +
    ',"stack":' + stringify(stack) + "}\n" + json;

  function recordResult(record, value, kind, limit) {
    try {
      record.json = serialise(value, "output", limit);
      record.kind = kind;
    } catch (error) {
      if (error === refusal) record.message = cut(refusal.message, MAX_MESSAGE);
      else if (error === tooLong) recordTooLong(record);
      else recordError(record, error);
    }
  }

  function recordTooLong(record) {
    record.kind = "output";
    record.message = "output is too large";
  }

  function recordError(record, error) {
    record.kind = isOutOfMemory(error) ? "memory" : "threw";
    const object = (typeof error === "object" && error !== null) || typeof error === "function";
    record.name = object ? readText(error, "name", "Error", MAX_MESSAGE) : typeof error;
    record.message = object ? readText(error, "message", "", MAX_MESSAGE) : cut(toText(error), MAX_MESSAGE);
    record.stack = object ? readText(error, "stack", "", MAX_STACK) : "";
  }

  // The engine throws these when it refuses memory; dukpy also throws one when an import fails. The host ignores
  // this answer for a script that contains an import (`_record` in protocol.py).
  function isOutOfMemory(error) {
    try {
      if (getPrototypeOf(error) !== EngineErrorPrototype) return false;
    } catch {
      return false;
    }
    try {
      const said = error.message;
      return apply(slice, said, [0, 13]) === "out of memory" || apply(slice, said, [0, 15]) === "string too long";
    } catch {
      return true; // no memory even to look
    }
  }

  function readText(error, name, fallback, longest) {
    try {
      const value = error[name];
      return typeof value === "string" ? cut(value, longest) : fallback;
    } catch {
      return fallback;
    }
  }

  const cut = (text, longest) => apply(toWellFormed, apply(slice, text, [0, longest]), []);

  // ---- one job --------------------------------------------------------------------------------------------

  // `dukpy` holds [job, arguments]: JSON from the host, parsed by the engine.
  function begin() {
    delete global.__mapp__;
    const [job, values] = global.dukpy;
    const bridge = shielded(global.call_python);
    removeBridge();
    const record = blank();
    now = job.clock ? job.now : 0;
    // Without the capability the sequence is the same in every run, so an app that declares nothing is pure.
    hide(Math, "random", job.random ? generator(job.seed[0], job.seed[1], 1) : generator(0, 0, 1));
    if (job.inspect) inspect(record, job);
    else run(record, job, values, bridge);
    return answerOf(record);
  }

  function run(record, job, values, bridge) {
    try {
      const given = argumentsOf(job, values, bridge); // before the script can change what this reads
      const entry = evaluate(job.source + "\n;typeof " + job.entry + "==='function'?" + job.entry + ":undefined");
      if (typeof entry !== "function") throw new TypeErrorType(job.entry + " is not a function of the script");
      settle(record, job, apply(entry, undefined, given));
    } catch (error) {
      recordError(record, error);
    }
  }

  function settle(record, job, value) {
    const finish = (result) => recordResult(record, result, "returned", job.limit);
    try {
      // Throws at once for anything but a native promise, before it touches any property.
      apply(promiseThen, value, [finish, (error) => recordError(record, error)]);
    } catch {
      finish(value);
    }
  }

  function argumentsOf(job, values, bridge) {
    // A predicate's input for its subject arrives as JSON text from the other context.
    const given = job.text ? [parse(values[0])] : values;
    const add = (value) => defineProperty(given, given.length,
      { __proto__: null, value, writable: true, enumerable: true, configurable: true });
    if (job.host) add(hostOf(job, bridge));
    if (job.subject) add(subjectOf(bridge, job.limit));
    return given;
  }

  function hostOf(job, bridge) {
    const host = { __proto__: null };
    if (job.clock) host.now = freeze(() => now);
    if (job.random) host.random = freeze(generator(job.seed[0], job.seed[1], 2));
    const ask = (name, values) => callHost(bridge, name, values);
    if (job.calls.http) host.http = freeze((request) => ask("http", [request]));
    if (job.calls.store) host.store = storeOf(ask);
    if (job.calls.llm)
      host.llm = freeze((prompt, schema) => ask("llm", schema === undefined ? [prompt] : [prompt, schema]));
    return freeze(host);
  }

  const storeOf = (ask) => freeze({
    __proto__: null,
    get: freeze((key) => ask("store.get", [key])),
    set: freeze((key, value) => ask("store.set", [key, value])),
    delete: freeze((key) => ask("store.delete", [key])),
    keys: freeze(() => ask("store.keys", [])),
  });

  // dukpy's bridge puts its arguments into an array and converts that to JSON, which consults properties that a
  // script may have put on the array's prototypes. These properties are removed while the bridge works.
  const CONSULTED = freeze({ __proto__: null, name: "toJSON", next: freeze({ __proto__: null, name: "0", next: freeze({
    __proto__: null, name: "1", next: freeze({ __proto__: null, name: "2", next: null }) }) }) });

  const shielded = (bridge) => (name, first, second) => {
    if (getPrototypeOf(ArrayPrototype) !== ObjectPrototype)
      throw new TypeErrorType("the prototype of Array.prototype was replaced: no host function can be called");
    return without(CONSULTED, () => (second === undefined ? bridge(name, first) : bridge(name, first, second)));
  };

  const without = (names, act) =>
    names === null ? act() : lacking(ArrayPrototype, names.name, () =>
      lacking(ObjectPrototype, names.name, () => without(names.next, act)));

  function lacking(object, name, act) {
    const found = getOwnPropertyDescriptor(object, name);
    if (found === undefined) return act();
    setPrototypeOf(found, null);
    if (!isExtensible(object) || !deleteProperty(object, name))
      throw new TypeErrorType(name + " of a prototype cannot be set aside: no host function can be called");
    try {
      return act();
    } finally {
      defineProperty(object, name, found);
    }
  }

  // The script waits for the answer. A refusal is an error that it can catch.
  function callHost(bridge, name, values) {
    const reply = bridge("host", name, textOf(values, "arguments", MAX_CALL));
    if (reply.code === "") return parse(reply.json);
    const error = new ErrorType(reply.message);
    defineProperty(error, "name", { __proto__: null, value: "HostError", configurable: true, writable: true });
    defineProperty(error, "code", { __proto__: null, value: reply.code, configurable: true, writable: true });
    throw error;
  }

  function textOf(value, name, limit) {
    try {
      return serialise(value, name, limit);
    } catch (error) {
      if (error === tooLong) throw new TypeErrorType(name + (name === "input" ? " is" : " are") + " too large");
      throw error === refusal ? new TypeErrorType(refusal.message) : error;
    }
  }

  function subjectOf(bridge, limit) {
    return function run(input) {
      const reply = bridge("subject", textOf(input, "input", limit));
      const end = apply(indexOf, reply, ["\n"]), { kind, message } = parse(apply(slice, reply, [0, end]));
      return kind === "returned" ? { output: parse(apply(slice, reply, [end + 1])) } : { error: message };
    };
  }

  // ---- the functions a script defines at its top level ----------------------------------------------------

  const DEFINITION = /(?:function\s*\*?|const|let|var)\s+([A-Za-z_$][\w$]*)/g;
  const RESERVED = /^(?:arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield)$/;

  // A name found in the text is only a candidate: the engine decides whether it is a top-level function.
  function candidates(source) {
    const names = [];
    for (const [, name] of source.matchAll(DEFINITION))
      if (!RESERVED.test(name) && !(name in global) && !names.includes(name)) names.push(name);
    return names;
  }

  function inspect(record, job) {
    const tests = candidates(job.source).map((name) => "typeof " + name + "==='function'?'" + name + "':0");
    try {
      const found = evaluate(job.source + "\n;[" + tests.join(",") + "]");
      recordResult(record, found, "functions", job.limit);
    } catch (error) {
      recordError(record, error);
    }
  }

  pinDate();
  installMathematics(global.dukpy);
  removeAmbientAuthority();
  forbidCodeFromStrings();
  hide(global, "__mapp__", begin);
})(globalThis);
