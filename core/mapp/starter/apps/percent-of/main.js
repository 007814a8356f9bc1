// Multiplying before dividing keeps whole percentages of whole numbers exact.

function main({ percent, value }) {
  return withoutNoise((percent * value) / 100);
}

// A double carries almost 16 digits; the last one is where 35 % of 1.1 would show 0.38500000000000006.
function withoutNoise(number) {
  return Number(number.toPrecision(15)) + 0; // + 0 turns -0 into 0
}
