// Appended to an app's tests/properties.js: evaluates many predicates in one context. Values arrive as JSON text
// and are parsed again for each question. `run` starts a fresh context of the app for every input without a known
// outcome. An input that JSON cannot represent goes to `run` itself, which reports the error. `mapp__filled`, which
// fills in the manifest's defaults, is defined before this code.
function mapp__answers(questions, known, run) {
  const memory = new Map(Object.entries(known));
  let asked = false;

  const carried = (value) => {
    if (typeof value === "string") return value.isWellFormed();
    if (typeof value === "number") return Number.isFinite(value);
    if (typeof value !== "object") return typeof value === "boolean";
    if (value === null) return true;
    if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at += 1) if (!carried(value[at])) return false;
      return true;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return false;
    return Reflect.ownKeys(value).every((name) => typeof name === "string" && carried(value[name]));
  };

  // Members in the order of RFC 8785, as in every run.
  const ordered = (value) => {
    if (Array.isArray(value)) return `[${value.map(ordered).join(",")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${ordered(value[name])}`).join(",")}}`;
  };

  const remembering = (input) => {
    asked = true;
    if (!carried(input)) return run(input);
    const key = ordered(mapp__filled(input));
    if (!memory.has(key)) memory.set(key, JSON.stringify(run(JSON.parse(key))));
    return JSON.parse(memory.get(key));
  };

  // Without questions there is a single predicate; its result is returned unchanged.
  if (questions === null) return predicates(remembering);

  // Like the sandbox, awaits only a real promise of this engine; an object with a `then` is not an answer. The
  // value is wrapped in a list, so that nothing else can be mistaken for a promise.
  const then = Promise.prototype.then;
  const settled = (returned) => new Promise((resolve, reject) => {
    try {
      Reflect.apply(then, returned, [(value) => resolve([value]), reject]);
    } catch {
      resolve([undefined]);
    }
  });

  // T and F if the app ran, t and f if not; ? if the question must run alone.
  const answer = async ([predicate, texts]) => {
    asked = false;
    try {
      const given = texts.map((text) => JSON.parse(text));
      if (predicate.startsWith("meta_")) given.push(remembering);
      const law = predicates[predicate]; // called as a plain function, as when it runs alone
      const returned = law(...given);
      const [said] = typeof returned === "boolean" ? [returned] : await settled(returned);
      return typeof said !== "boolean" ? "?" : said ? (asked ? "T" : "t") : asked ? "F" : "f";
    } catch {
      return "?";
    }
  };
  const all = async () => {
    let marks = "";
    for (const question of questions) marks += await answer(question);
    return marks;
  };
  return all();
}
