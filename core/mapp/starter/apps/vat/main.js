// Value-added tax is a percentage of the net price, so that gross = net * (1 + rate / 100).

function main({ price, rate, direction }) {
  if (rate > 100) throw Error("no_such_rate");
  const factor = (100 + rate) / 100;
  return roundMoney(direction === "add" ? price * factor : price / factor);
}

// Fifteen significant digits first: 1.005 * 100 is 100.49999999999999 in binary and has to round up.
function roundMoney(amount) {
  const hundredths = Number((amount * 100).toPrecision(15));
  return Math.round(hundredths) / 100 + 0; // + 0 turns -0 into 0
}
