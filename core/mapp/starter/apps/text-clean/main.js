// What no one sees and no one means: control characters other than white space, zero-width spaces, soft hyphens.
// Joiners stay, for emoji and some scripts need them.
const INVISIBLE = /(?![\t\n\v\f\r\x85])\p{Cc}|[\u00ad\u200b\u2060\ufeff]/gu;
const LINE_BREAK = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

function main(input) {
  const lines = input.text.replace(INVISIBLE, "").split(LINE_BREAK).map(tidyLine);
  const mostBlanks = input.blank_lines === "remove" ? 0 : 1;
  return thinned(lines, mostBlanks).join("\n");
}

function tidyLine(line) {
  return line.replace(/\s+/g, " ").trim();
}

function thinned(lines, mostBlanks) {
  const kept = [];
  let blanks = 0;
  for (const line of lines) {
    if (line === "") {
      blanks += 1;
      continue;
    }
    // Blank lines count when a line follows them, so that none is left at either end.
    if (kept.length > 0) kept.push(...Array(Math.min(blanks, mostBlanks)).fill(""));
    kept.push(line);
    blanks = 0;
  }
  return kept;
}
