// The rival of `python -m benchmarks.properties`: an app's predicates under fast-check, without any wall.
// Reads {fastCheck, inputs, apps: [{name, source, properties, predicates, fields, defaults}]} from standard input
// and writes {name: {seconds, inputs, failed}} for all apps.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const job = JSON.parse(readFileSync(0, "utf8"));
const fc = (await import(pathToFileURL(job.fastCheck))).default;

const LARGEST = Number.MAX_SAFE_INTEGER;
const FORMATS = {
  date: () => fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  "date-time": () => fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 19) + "Z"),
  uuid: () => fc.uuid(),
  email: () => fc.emailAddress(),
  uri: () => fc.webUrl(),
};
const low = (s) => s.minimum ?? (s.exclusiveMinimum === undefined ? -LARGEST : s.exclusiveMinimum + 1);
const high = (s) => s.maximum ?? (s.exclusiveMaximum === undefined ? LARGEST : s.exclusiveMaximum - 1);
const TYPES = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: (s) => fc.maxSafeInteger().map((n) => low(s) + (Math.abs(n) % (high(s) - low(s) + 1))),
  number: (s) => fc.double({
    noNaN: true, noDefaultInfinity: true,
    min: s.minimum ?? s.exclusiveMinimum ?? -LARGEST, minExcluded: s.minimum === undefined && "exclusiveMinimum" in s,
    max: s.maximum ?? s.exclusiveMaximum ?? LARGEST, maxExcluded: s.maximum === undefined && "exclusiveMaximum" in s,
  }),
  string: (s) => {
    if (s.format) return FORMATS[s.format]();
    const fits = (text) => [...text].length >= (s.minLength ?? 0) && [...text].length <= (s.maxLength ?? Infinity);
    if (s.pattern) return fc.stringMatching(new RegExp(s.pattern)).filter(fits);
    return fc.string({ unit: "binary", minLength: s.minLength ?? 0, maxLength: Math.min(s.maxLength ?? 100, 100) })
      .filter(fits);
  },
  array: (s) => fc.array(arbitrary(s.items ?? {}), { minLength: s.minItems ?? 0, maxLength: s.maxItems ?? 20 }),
  object: (s) => fc.record(
    Object.fromEntries(Object.entries(s.properties ?? {}).map(([name, inner]) => [name, arbitrary(inner)])),
    { requiredKeys: s.required ?? [] },
  ),
};

function arbitrary(schema) {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? ["string", "number", "boolean", "null"]].flat();
  return fc.oneof(...types.map((type) => TYPES[type](schema)));
}

function loaded(app) {
  const table = app.predicates.join(",");
  const main = new Function(`"use strict";${app.source}\n;return main;`)();
  return { main, laws: new Function(`"use strict";${app.properties}\n;return {${table}};`)() };
}

function outcome(main, input) {
  try {
    return { output: JSON.parse(JSON.stringify(main(JSON.parse(JSON.stringify(input)), {}))) };
  } catch (error) {
    return { error: error.message };
  }
}

function holds(laws, run, input) {
  const here = run(input);
  return Object.entries(laws).every(([name, law]) => {
    if (name.startsWith("throws_")) return law(input) === (here.error === name.slice(7));
    if (name.startsWith("meta_")) return law(input, run) === true;
    return here.error !== undefined || law(input, here.output) === true;
  });
}

const found = {};
for (const app of job.apps) {
  const started = performance.now();
  const { main, laws } = loaded(app);
  const fields = Object.fromEntries(Object.entries(app.fields).map(([name, schema]) => [name, arbitrary(schema)]));
  const inputs = fc.record(fields, { requiredKeys: app.required });
  let count = 0;
  const property = fc.property(inputs, (input) => {
    count += 1;
    return holds(laws, (other) => outcome(main, other), { ...app.defaults, ...input });
  });
  const result = fc.check(property, { numRuns: job.inputs, seed: 1, endOnFailure: true });
  found[app.name] = { seconds: (performance.now() - started) / 1000, inputs: count, failed: result.failed };
}
console.log(JSON.stringify(found));
