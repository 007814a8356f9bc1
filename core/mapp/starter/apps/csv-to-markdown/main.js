"use strict";

const LONGEST_OUTPUT = 340000;
const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };
const RULES = { none: "---", left: ":---", center: ":---:", right: "---:" };

function main(input) {
  const rows = readRows(withoutByteOrderMark(input.text), SEPARATORS[input.delimiter]);
  if (rows.length === 0) throw Error("no_rows");
  const width = rows.reduce((widest, cells) => Math.max(widest, cells.length), 0);
  // Every cell costs at least three characters: refuse before building a huge, mostly empty table.
  if ((rows.length + 1) * width * 3 > LONGEST_OUTPUT) throw Error("too_large");
  const lines = rows.map((cells) => tableLine(padded(cells.map(escapeCell), width)));
  lines.splice(1, 0, tableLine(Array(width).fill(RULES[input.align])));
  const table = lines.join("\n");
  if (table.length > LONGEST_OUTPUT) throw Error("too_large");
  return table;
}

function tableLine(cells) {
  return "| " + cells.join(" | ") + " |";
}

function padded(cells, width) {
  return cells.concat(Array(width - cells.length).fill(""));
}

/** One cell on one line; the backslash is doubled so that it cannot escape the pipe that follows it. */
function escapeCell(cell) {
  return withoutLoneSurrogates(cell.trim())
    .replace(/\\/g, "\\\\")
    .replace(/\|/g, "\\|")
    .replace(/\r\n|[\r\n]/g, "<br>");
}

function withoutLoneSurrogates(text) {
  return Array.from(text, (character) => (/^[\ud800-\udfff]$/.test(character) ? "\ufffd" : character)).join("");
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
