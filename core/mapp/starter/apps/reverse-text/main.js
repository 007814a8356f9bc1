// What must stay together when characters are reversed: a line break pair, a flag (two regional indicators), and a
// character with its marks, skin tones, variation selectors and what joiners tie to it. This is a plain form of the
// grapheme clusters of UAX #29.
const EXTENDED = "[\\p{M}\\p{Emoji_Modifier}\\u200d\\u{e0020}-\\u{e007f}]*";
const CLUSTER = new RegExp(
  `\\r\\n|\\p{Regional_Indicator}{2}${EXTENDED}|[^](?:${EXTENDED}\\u200d\\p{Extended_Pictographic})*${EXTENDED}`,
  "gu",
);

function main(input) {
  return REVERSERS[input.by](input.text);
}

const REVERSERS = {
  characters: (text) => text.match(CLUSTER).reverse().join(""),
  // White space keeps standing between the same neighbours, so that reversing again restores the text.
  words: (text) => text.replace(/[^\r\n]+/g, (line) => line.split(/(\s+)/).reverse().join("")),
  lines: reversedLines,
};

function reversedLines(text) {
  const lines = text.split(/\r\n|\r|\n/);
  const closed = lines.length > 1 && lines[lines.length - 1] === "";
  if (closed) lines.pop(); // the last line break ends a line, it does not begin one
  return lines.reverse().join("\n") + (closed ? "\n" : "");
}
