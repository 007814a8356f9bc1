"use strict";

const DEEPEST = 100;
const LONGEST_OUTPUT = 340000;

function main(input) {
  const pieces = { texts: [], length: 0 };
  write(readJson(input.text), input.style === "pretty" ? layout(input.indent, 0) : null, pieces);
  return pieces.texts.join("");
}

function layout(indent, depth) {
  return { indent, depth, line: "\n" + " ".repeat(indent * depth) };
}

function write(node, place, pieces) {
  if (node.kind === "array") writeList(node.items, "[", "]", place, pieces, write);
  else if (node.kind === "object") writeList(node.members, "{", "}", place, pieces, writeMember);
  else append(pieces, node.raw);
}

function writeMember([name, node], place, pieces) {
  append(pieces, name + (place ? ": " : ":"));
  write(node, place, pieces);
}

function writeList(parts, open, close, place, pieces, writePart) {
  if (parts.length === 0) return append(pieces, open + close);
  const inner = place && layout(place.indent, place.depth + 1);
  append(pieces, open);
  parts.forEach((part, i) => {
    append(pieces, (i > 0 ? "," : "") + (inner ? inner.line : ""));
    writePart(part, inner, pieces);
  });
  append(pieces, (place ? place.line : "") + close);
}

// Deep indentation multiplies the text, so the size is watched while it grows.
function append(pieces, text) {
  pieces.length += text.length;
  if (pieces.length > LONGEST_OUTPUT) throw Error("too_large");
  pieces.texts.push(text);
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
