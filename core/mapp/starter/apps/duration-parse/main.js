const SECONDS = { w: 604800, d: 86400, h: 3600, m: 60, s: 1 };

function main(input) {
  return input.text.includes(":") ? fromClock(input.text) : fromParts(input.text);
}

function fromClock(text) {
  const [hours, minutes, seconds] = text.split(":").map(Number);
  return 3600 * hours + 60 * minutes + seconds;
}

function fromParts(text) {
  const seen = new Set();
  let milliseconds = 0;
  for (const [, amount, word] of text.matchAll(/([0-9.]+) ?([a-z]+)/g)) {
    // The first letter tells the units apart, whichever way they are written.
    const unit = word[0];
    if (seen.has(unit)) throw new Error("repeated_unit");
    seen.add(unit);
    // Thousandths as whole numbers: sums of decimal fractions would not be exact.
    milliseconds += Math.round(1000 * Number(amount)) * SECONDS[unit];
  }
  return milliseconds / 1000;
}
