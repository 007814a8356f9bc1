"use strict";

const LONGEST_OUTPUT = 340000;
const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };

function main(input) {
  const rows = readRows(withoutByteOrderMark(input.text), SEPARATORS[input.delimiter]);
  const records = input.first_row === "header" ? objectsOf(rows) : rows.map(jsonArray);
  return joinWithinLimit(records);
}

function objectsOf(rows) {
  if (rows.length === 0) return [];
  const [names, ...records] = rows;
  if (new Set(names).size !== names.length) throw Error("duplicate_column");
  if (records.some((cells) => cells.length !== names.length)) throw Error("ragged_row");
  return boundedMap(records, (cells) => jsonObject(names, cells));
}

// The text is written directly: a real object would reorder names like "2" and swallow "__proto__".
function jsonObject(names, cells) {
  return "{" + names.map((name, i) => JSON.stringify(name) + ":" + JSON.stringify(cells[i])).join(",") + "}";
}

function jsonArray(cells) {
  return JSON.stringify(cells);
}

// A long header is repeated in every record, so the size is watched while it grows.
function boundedMap(records, write) {
  let size = 0;
  return records.map((record) => {
    const text = write(record);
    size += text.length;
    if (size > LONGEST_OUTPUT) throw Error("too_large");
    return text;
  });
}

function joinWithinLimit(records) {
  const text = "[" + records.join(",") + "]";
  if (text.length > LONGEST_OUTPUT) throw Error("too_large");
  return text;
}

function withoutByteOrderMark(text) {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Rows of cells as RFC 4180 reads them; empty lines are skipped, any line ending will do. */
function readRows(text, separator) {
  const rows = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const cells = [];
    for (;;) {
      const cell = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at, separator);
      cells.push(cell.value);
      at = cell.end;
      if (text[at] !== separator) break;
      at += 1;
    }
    if (at < text.length && !isLineEnd(text[at])) throw Error("bad_quotes");
    if (at > start) rows.push(cells);
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return rows;
}

function readPlain(text, start, separator) {
  let end = start;
  while (end < text.length && text[end] !== separator && !isLineEnd(text[end])) end += 1;
  return { value: text.slice(start, end), end };
}

function readQuoted(text, start) {
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw Error("bad_quotes");
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}

function isLineEnd(character) {
  return character === "\n" || character === "\r";
}
