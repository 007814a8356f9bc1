const DISCOUNTS = [
  { from: 1000, percent: 15 },
  { from: 100, percent: 10 },
  { from: 10, percent: 5 },
];

function main({ lines, tax }) {
  let full = 0;
  let discount = 0;
  for (const { quantity, price } of lines) {
    const amount = quantity * price;
    const step = DISCOUNTS.find(({ from }) => quantity >= from);
    full += amount;
    if (step !== undefined) discount += (amount * step.percent) / 100;
  }
  const net = cents(full - discount);
  const owed = cents((net * tax) / 100);
  return { net, discount: cents(discount), tax: owed, gross: cents(net + owed) };
}

function cents(amount) {
  return Math.round(Number((amount * 100).toPrecision(15))) / 100;
}
