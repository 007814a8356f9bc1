// Appended to an app's tests/properties.js: puts many questions to its predicates in one context. Values come as
// JSON text and are parsed anew for each question. `run` starts a fresh context of the app for every input that
// is not known yet; an input that JSON cannot carry goes to `run` itself, which says what is wrong with it. What the
// manifest has defaults for need not be given: `mapp__filled` stands before this.
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

  // Members in the order of RFC 8785, in which a run gets them.
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

  // Without questions there is one predicate, alone: what it returns is seen as it is.
  if (questions === null) return predicates(remembering);

  // As the sandbox does with what a function returns: only a promise of this engine is awaited, and an object
  // that merely has a `then` is no answer. In a list, so that nothing else is taken for a promise on the way.
  const then = Promise.prototype.then;
  const settled = (returned) => new Promise((resolve, reject) => {
    try {
      Reflect.apply(then, returned, [(value) => resolve([value]), reject]);
    } catch {
      resolve([undefined]);
    }
  });

  // T and F after the app was asked, t and f without; ? is for what has to be looked at alone.
  const answer = async ([predicate, texts]) => {
    asked = false;
    try {
      const given = texts.map((text) => JSON.parse(text));
      if (predicate.startsWith("meta_")) given.push(remembering);
      const law = predicates[predicate]; // called as a function, as it is when it is alone
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
