// The change is measured against the size of the old value, so that a rise is positive from a negative value too.

const LARGEST = 9e15; // below 2^53, where every whole number is still exact

function main({ from, to }) {
  if (from === 0) throw Error("from_is_zero");
  const change = ((to - from) / Math.abs(from)) * 100;
  if (!(Math.abs(change) <= LARGEST)) throw Error("too_large");
  return toDigits(change, 12);
}

function toDigits(number, digits) {
  return Number(number.toPrecision(digits)) + 0; // + 0 turns -0 into 0
}
