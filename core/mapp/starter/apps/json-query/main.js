"use strict";

const DEEPEST = 100;

function main(input) {
  const found = stepsOf(input.path).reduce(childOf, readJson(input.text));
  // Half of a surrogate pair may be written as an escape in JSON, but not in plain text.
  return found.kind === "string" ? withoutLoneSurrogates(JSON.parse(found.raw)) : compact(found);
}

/** "$.a[0]" -> ["a", 0] */
function stepsOf(path) {
  const steps = path.match(/[A-Za-z_][A-Za-z0-9_-]*|\[-?[0-9]+\]/g) ?? [];
  return steps.map((step) => (step.startsWith("[") ? Number(step.slice(1, -1)) : step));
}

function childOf(node, step) {
  const child = typeof step === "number" ? itemAt(node, step) : memberNamed(node, step);
  if (child === undefined) throw Error("not_found");
  return child;
}

function itemAt(node, index) {
  return node.kind === "array" ? node.items.at(index) : undefined;
}

/** Of members with the same name the last one counts, as in every common reader. */
function memberNamed(node, name) {
  if (node.kind !== "object") return undefined;
  const member = node.members.findLast(([raw]) => JSON.parse(raw) === name);
  return member && member[1];
}

function compact(node) {
  if (node.kind === "array") return "[" + node.items.map(compact).join(",") + "]";
  if (node.kind !== "object") return node.raw;
  return "{" + node.members.map(([name, value]) => name + ":" + compact(value)).join(",") + "}";
}

function withoutLoneSurrogates(text) {
  return Array.from(text, (character) => (/^[\ud800-\udfff]$/.test(character) ? "\ufffd" : character)).join("");
}

/** Reads strict JSON (RFC 8259) into nodes that keep numbers and strings exactly as they were written. */
function readJson(text) {
  const reader = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0 };
  skipSpace(reader);
  const node = readValue(reader, 0);
  if (reader.at < text.length) throw Error("invalid_json");
  return node;
}

function readValue(reader, depth) {
  const first = reader.text[reader.at];
  if ((first === "{" || first === "[") && depth === DEEPEST) throw Error("invalid_json");
  if (first === "{") return readObject(reader, depth);
  if (first === "[") return readArray(reader, depth);
  if (first === '"') return { kind: "string", raw: readString(reader) };
  return { kind: "literal", raw: readLiteral(reader) };
}

function readArray(reader, depth) {
  const items = [];
  readMembers(reader, "]", () => items.push(readValue(reader, depth + 1)));
  return { kind: "array", items };
}

function readObject(reader, depth) {
  const members = [];
  readMembers(reader, "}", () => {
    if (reader.text[reader.at] !== '"') throw Error("invalid_json");
    const name = readString(reader);
    if (!take(reader, ":")) throw Error("invalid_json");
    members.push([name, readValue(reader, depth + 1)]);
  });
  return { kind: "object", members };
}

function readMembers(reader, close, readOne) {
  take(reader, reader.text[reader.at]);
  if (take(reader, close)) return;
  do readOne(); while (take(reader, ","));
  if (!take(reader, close)) throw Error("invalid_json");
}

function readString(reader) {
  const start = reader.at;
  let end = start + 1;
  while (end < reader.text.length && reader.text[end] !== '"') end += reader.text[end] === "\\" ? 2 : 1;
  return finish(reader, reader.text.slice(start, end + 1));
}

function readLiteral(reader) {
  const start = reader.at;
  let end = start;
  while (end < reader.text.length && !' \t\n\r,:{}[]"'.includes(reader.text[end])) end += 1;
  return finish(reader, reader.text.slice(start, end));
}

/** Steps over a string, number, true, false or null; the engine knows whether it is well-formed. */
function finish(reader, raw) {
  try {
    JSON.parse(raw);
  } catch {
    throw Error("invalid_json");
  }
  reader.at += raw.length;
  skipSpace(reader);
  return raw;
}

function take(reader, character) {
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  skipSpace(reader);
  return true;
}

function skipSpace(reader) {
  while (" \t\n\r".includes(reader.text[reader.at] ?? "x")) reader.at += 1;
}
