// Runs jobs in node one after another, each in a separate context with the same prelude.
//
// Reads lines of JSON: first the two sources, then one job per line. Writes one line for each: the tag and the
// body of a worker's reply. This is for comparing engines and is not a sandbox: a script that breaks out of its
// context controls the process, which only flags, limits and an empty folder restrict.
"use strict";

const { Script, createContext } = require("node:vm");

const UNANSWERED = '{"code":"unavailable","message":"host calls are not available here","json":""}';

// Removes what QuickJS lacks, and aligns behaviour that the language leaves open. Runs before the prelude.
const PINS = `
(function (global) {
  "use strict";
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const hide = (object, name, value) =>
    defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  for (const name of ["Intl", "WebAssembly", "console"]) delete global[name];
  const then = Promise.prototype.then, nothing = Promise.resolve();
  hide(global, "queueMicrotask", function queueMicrotask(job) {
    if (typeof job !== "function") throw new TypeError("not a function");
    apply(then, nothing, [() => void job()]);
  });
  hide(global, "InternalError", class InternalError extends Error {});
  delete Error.captureStackTrace;
  delete Error.stackTraceLimit;
  const two = (number) => (number < 10 ? "0" : "") + number;
  const year = (date) => {
    const full = date.getUTCFullYear();
    const digits = "" + (full < 0 ? -full : full);
    return (full < 0 ? "-" : "") + "0000".slice(digits.length) + digits;
  };
  const clock = (date) => two(date.getUTCHours()) + ":" + two(date.getUTCMinutes()) + ":" + two(date.getUTCSeconds());
  const day = (date) => two(date.getUTCMonth() + 1) + "/" + two(date.getUTCDate()) + "/" + year(date);
  const half = (date) => {
    const hours = date.getUTCHours();
    const text = two(hours % 12 || 12) + ":" + two(date.getUTCMinutes()) + ":" + two(date.getUTCSeconds());
    return text + (hours < 12 ? " AM" : " PM");
  };
  const Day = Date.prototype, real = { text: Day.toString, day: Day.toDateString, time: Day.getTime };
  const dated = (say) => ({ method() {
    const time = apply(real.time, this, []);
    return time === time ? say(new Date(time), this) : "Invalid Date";
  } }).method;
  const methods = {
    toLocaleString: (date) => day(date) + ", " + half(date),
    toLocaleDateString: day,
    toLocaleTimeString: half,
    toTimeString: (date) => clock(date) + " GMT+0000",
    toString: (date) => apply(real.day, date, []) + " " + clock(date) + " GMT+0000",
  };
  for (const name in methods) hide(Day, name, dated(methods[name]));
  const { toString: ofNumber } = Number.prototype;
  hide(Number.prototype, "toLocaleString", { toLocaleString() { return apply(ofNumber, this, []); } }.toLocaleString);
  const { toString: ofBigInt } = BigInt.prototype;
  hide(BigInt.prototype, "toLocaleString", { toLocaleString() { return apply(ofBigInt, this, []); } }.toLocaleString);
  const { normalize, toLowerCase, toUpperCase } = String.prototype;
  const points = (text) => Array.from(apply(normalize, text, []), (sign) => sign.codePointAt(0));
  hide(String.prototype, "localeCompare", { localeCompare(that) {
    const mine = points("" + this), theirs = points("" + that);
    for (let at = 0; at < mine.length && at < theirs.length; at += 1)
      if (mine[at] !== theirs[at]) return mine[at] < theirs[at] ? -1 : 1;
    return mine.length === theirs.length ? 0 : mine.length < theirs.length ? -1 : 1;
  } }.localeCompare);
  hide(String.prototype, "toLocaleLowerCase", { toLocaleLowerCase() { return apply(toLowerCase, this, []); } }.toLocaleLowerCase);
  hide(String.prototype, "toLocaleUpperCase", { toLocaleUpperCase() { return apply(toUpperCase, this, []); } }.toLocaleUpperCase);
  const { parse, stringify } = JSON;
  const answer = (ask) => (name, first, second) =>
    parse(second === undefined ? ask(name, stringify(first)) : ask(name, stringify(first), stringify(second)));
  const describe = (error) => {
    try {
      return error instanceof Error ? error.name + ": " + error.message : "" + error;
    } catch {
      return "a value that cannot be converted to text";
    }
  };
  return { parse, answer, describe };
})(globalThis);
`;

let prelude = null, mathematics = "";
const begin = new Script("__mapp__()", { filename: "<dukpy>" });
const pins = new Script(PINS, { filename: "<dukpy>" });
let rejected = new Map();
process.on("unhandledRejection", (reason, promise) => rejected.set(promise, reason));
process.on("rejectionHandled", (promise) => rejected.delete(promise));

function fresh() {
  const options = { microtaskMode: "afterEvaluate", codeGeneration: { strings: true, wasm: false } };
  const context = createContext(Object.create(null), options);
  const realm = pins.runInContext(context);
  context.dukpy = realm.parse(JSON.stringify([mathematics, true]));
  prelude.runInContext(context);
  return { context, realm };
}

// Returns the tag and the body of a worker's reply.
function run(text, subject, timeout) {
  const { context, realm } = fresh();
  const ask = (name, first) => (name === "subject" ? tried(subject, first, timeout) : UNANSWERED);
  try {
    context.dukpy = realm.parse(text);
    context.call_python = realm.answer(ask);
    const record = begin.runInContext(context, { timeout });
    return { realm, reply: ["J", JSON.stringify(record)] };
  } catch (error) {
    if (error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return { realm, reply: ["T", ""] };
    return { realm, reply: ["U", String(realm.describe(error))] };
  }
}

function tried(job, argument, timeout) {
  const { reply: [tag, body] } = run("[" + job + ",[" + argument + "]]", "", timeout);
  if (tag === "J") return body;
  return JSON.stringify('{"kind":"threw","message":"a promise was rejected and nobody handled it"}\n');
}

async function answer(line) {
  const { job, subject, wall } = JSON.parse(line);
  rejected = new Map();
  const { realm, reply } = run(job, subject, wall);
  await new Promise(setImmediate); // node reports rejections only when it is idle
  const reasons = [...rejected.values()];
  if (reply[0] === "J" && reasons.length > 0) return ["U", String(realm.describe(reasons[reasons.length - 1]))];
  return reply;
}

async function serve() {
  let rest = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (prelude === null) {
        const sources = JSON.parse(line);
        prelude = new Script(sources.prelude, { filename: "<dukpy>" });
        mathematics = sources.mathematics;
        process.stdout.write("ready\n");
      } else process.stdout.write(JSON.stringify(await answer(line)) + "\n");
    }
  }
}

serve();
