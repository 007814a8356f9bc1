// Dividing last keeps simple ratios such as 7 out of 25 exact.

const LARGEST = 9e15; // below 2^53, where every whole number is still exact

function main({ part, whole }) {
  if (whole === 0) throw Error("whole_is_zero");
  const percent = (part * 100) / whole;
  if (!(Math.abs(percent) <= LARGEST)) throw Error("too_large");
  return toDigits(percent, 12);
}

function toDigits(number, digits) {
  return Number(number.toPrecision(digits)) + 0; // + 0 turns -0 into 0
}
