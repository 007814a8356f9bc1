function main(input) {
  const lines = input.text.split(/\r\n|\r|\n/);
  const closed = lines.length > 1 && lines[lines.length - 1] === "";
  if (closed) lines.pop(); // the last line break ends a line, it does not begin one
  const kept = firstOfEach(lines, input.compare === "ignore_case" ? foldedCase : (line) => line);
  return kept.join("\n") + (closed ? "\n" : "");
}

function firstOfEach(lines, keyOf) {
  const seen = new Set();
  return lines.filter((line) => {
    const key = keyOf(line);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

// Up and down again: "ß" and "SS" fold to the same, and so do the two small sigmas.
function foldedCase(line) {
  return line.toUpperCase().toLowerCase();
}
