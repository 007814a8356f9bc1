// Everything is counted in whole cents; only the answer is turned back into units of money.

function main({ bill, percent, people }) {
  const billCents = roundExact(bill * 100);
  const tipCents = roundExact((billCents * percent) / 100);
  const totalCents = billCents + tipCents;
  return {
    tip: tipCents / 100,
    total: totalCents / 100,
    per_person: Math.ceil(totalCents / people) / 100,
  };
}

// Fifteen significant digits first: 1.005 * 100 is 100.49999999999999 in binary and has to round up.
function roundExact(number) {
  return Math.round(Number(number.toPrecision(15))) + 0; // + 0 turns -0 into 0
}
