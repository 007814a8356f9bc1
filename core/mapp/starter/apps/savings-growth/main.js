// Interest is added `periods` times a year at rate / periods. Deposits come monthly, so the rate of a month is the
// one that compounds to the same growth over a year. expm1 and log1p keep tiny rates exact.

const PERIODS = {
  "compounded-daily": 365,
  "compounded-monthly": 12,
  "compounded-quarterly": 4,
  "compounded-half-yearly": 2,
  "compounded-yearly": 1,
};
const LARGEST = 1e12; // cents are no longer certain above it

function main({ principal, rate, years, monthly, compounding }) {
  const periods = PERIODS[compounding];
  const months = Math.round(years * 12);
  const logGrowth = (periods * Math.log1p(rate / 100 / periods)) / 12; // of one month
  const balance = principal * Math.exp(months * logGrowth) + monthly * annuity(logGrowth, months);
  if (balance > LARGEST) throw Error("too_large");
  return roundMoney(balance);
}

// What one unit put in at the end of every month has become: ((1 + r)^n - 1) / r.
function annuity(logGrowth, months) {
  if (logGrowth < 1e-15) return months;
  return Math.expm1(months * logGrowth) / Math.expm1(logGrowth);
}

// Fourteen significant digits first, so that an amount a hair below half a cent still rounds up.
function roundMoney(amount) {
  const hundredths = Number((amount * 100).toPrecision(14));
  return Math.round(hundredths) / 100 + 0; // + 0 turns -0 into 0
}
