// A level-payment loan: each month interest is charged on what is still owed, and the same sum is paid.

function main({ principal, rate, years }) {
  const months = Math.max(1, Math.round(years * 12));
  const borrowed = roundMoney(principal);
  const payment = borrowed * paymentFactor(rate / 1200, months);
  const total = Math.max(borrowed, roundMoney(payment * months));
  return { monthly: roundMoney(payment), total, interest: roundMoney(total - borrowed) };
}

// Payment per unit borrowed: r / (1 - (1 + r)^-n). expm1 and log1p keep tiny rates exact.
function paymentFactor(monthlyRate, months) {
  if (monthlyRate < 1e-15) return 1 / months;
  return monthlyRate / -Math.expm1(-months * Math.log1p(monthlyRate));
}

// Fourteen significant digits first, so that an amount a hair below half a cent still rounds up.
function roundMoney(amount) {
  const hundredths = Number((amount * 100).toPrecision(14));
  return Math.round(hundredths) / 100 + 0; // + 0 turns -0 into 0
}
