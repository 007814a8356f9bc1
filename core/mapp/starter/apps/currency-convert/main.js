// The rate says how many units of the new currency one unit of the old one buys.

const LARGEST = 1e13; // cents stay exact below it

function main({ amount, rate }) {
  const converted = amount * rate;
  if (converted > LARGEST) throw Error("too_large");
  return roundMoney(converted);
}

// Fifteen significant digits first: 1.005 * 100 is 100.49999999999999 in binary and has to round up.
function roundMoney(amount) {
  const hundredths = Number((amount * 100).toPrecision(15));
  return Math.round(hundredths) / 100 + 0; // + 0 turns -0 into 0
}
