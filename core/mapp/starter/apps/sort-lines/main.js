// Sorts lines. Every comparison ends in the line itself, so that the result does not depend on the order given.

const NUMBER = /[-−]?\d+(?:\.\d+)?/;

function main(input) {
  const lines = input.text.split(/\r\n|\r|\n/);
  const closed = lines.length > 1 && lines[lines.length - 1] === "";
  if (closed) lines.pop(); // the last line break ends a line, it does not begin one
  const sorted = sortedLines(lines, KEYS[input.by], input.order === "descending" ? -1 : 1);
  return sorted.join("\n") + (closed ? "\n" : "");
}

const KEYS = {
  text: (line) => line.toLowerCase(),
  number: firstNumber,
  length: (line) => [...line].length,
};

function firstNumber(line) {
  const found = line.match(NUMBER);
  return found === null ? null : Number(found[0].replace("−", "-"));
}

function sortedLines(lines, keyOf, sign) {
  const keyed = lines.map((line) => ({ line, key: keyOf(line) }));
  keyed.sort((a, b) => keylessLast(a.key, b.key) || sign * (compare(a.key, b.key) || compare(a.line, b.line)));
  return keyed.map((entry) => entry.line);
}

function keylessLast(a, b) {
  return (a === null) - (b === null);
}

function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
