"use strict";

const DEEPEST = 100;
const LONGEST_OUTPUT = 340000;
const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };

function main(input) {
  const root = readJson(input.text);
  const records = root.kind === "object" ? [root] : root.items;
  if (isAll(records, "object")) return writeCsv(objectRows(records), SEPARATORS[input.delimiter]);
  if (isAll(records, "array")) return writeCsv(arrayRows(records), SEPARATORS[input.delimiter]);
  throw Error("not_a_table");
}

function isAll(records, kind) {
  return records !== undefined && records.every((record) => record.kind === kind);
}

/** The header, then one row a record; columns come in the order in which their names first appear. */
function* objectRows(records) {
  const maps = records.map((record) => new Map(record.members.map(([name, value]) => [JSON.parse(name), value])));
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  if (names.length === 0) return;
  yield names.map(withoutLoneSurrogates);
  for (const map of maps) yield names.map((name) => cellOf(map.get(name)));
}

function* arrayRows(records) {
  for (const record of records) yield record.items.map(cellOf);
}

function cellOf(node) {
  if (node === undefined || node.raw === "null") return "";
  return node.kind === "string" ? withoutLoneSurrogates(JSON.parse(node.raw)) : compact(node);
}

function compact(node) {
  if (node.kind === "array") return "[" + node.items.map(compact).join(",") + "]";
  if (node.kind !== "object") return node.raw;
  return "{" + node.members.map(([name, value]) => name + ":" + compact(value)).join(",") + "}";
}

// Many records with few columns in common make a wide and mostly empty table: the size is watched while it grows.
function writeCsv(rows, separator) {
  const lines = [];
  let size = -1;
  for (const cells of rows) {
    const line = writeRow(cells, separator);
    size += line.length + 1;
    if (size > LONGEST_OUTPUT) throw Error("too_large");
    lines.push(line);
  }
  return lines.join("\n");
}

function writeRow(cells, separator) {
  // A row of one empty cell would look like a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === "") return '""';
  return cells.map((cell) => quoted(cell, separator)).join(separator);
}

function quoted(cell, separator) {
  const special = cell.includes(separator) || /["\r\n]/.test(cell);
  return special ? '"' + cell.replace(/"/g, '""') + '"' : cell;
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
