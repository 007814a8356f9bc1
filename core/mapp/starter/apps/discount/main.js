// What remains of the price is 100 % minus the discount.

function main({ price, percent }) {
  return roundMoney((price * (100 - percent)) / 100);
}

// Fifteen significant digits first: 1.005 * 100 is 100.49999999999999 in binary and has to round up.
function roundMoney(amount) {
  const hundredths = Number((amount * 100).toPrecision(15));
  return Math.round(hundredths) / 100 + 0; // + 0 turns -0 into 0
}
