// Sums are compensated and rounded to the digits that are certain, so that 0.1 + 0.2 is 0.3.

function main({ numbers }) {
  const sorted = numbers.map((number) => number + 0).sort((a, b) => a - b); // + 0 turns -0 into 0
  const count = sorted.length;
  const min = sorted[0];
  const max = sorted[count - 1];
  const total = sum(sorted);
  const squares = squaredDeviations(sorted, total / count, max - min);
  const spread = (divisor) => toDigits(Math.sqrt(squares / divisor) * (max - min), 12);
  return {
    count,
    sum: toDigits(total, 15),
    mean: toDigits(total / count, 15),
    median: toDigits(middle(sorted), 15),
    modes: mostFrequent(sorted),
    min,
    max,
    range: toDigits(max - min, 15),
    stdev: count > 1 ? spread(count - 1) : null,
    population_stdev: spread(count),
  };
}

// Neumaier's summation: `lost` gathers what each addition cut off.
function sum(numbers) {
  let total = 0;
  let lost = 0;
  for (const number of numbers) {
    const next = total + number;
    lost += Math.abs(total) >= Math.abs(number) ? total - next + number : number - next + total;
    total = next;
  }
  return total + lost;
}

function middle(sorted) {
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function mostFrequent(sorted) {
  const counts = new Map();
  for (const number of sorted) counts.set(number, (counts.get(number) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return most === 1 ? [] : [...counts.keys()].filter((number) => counts.get(number) === most);
}

// Measured in ranges: the square of a tiny deviation would otherwise vanish.
function squaredDeviations(sorted, mean, range) {
  return range === 0 ? 0 : sum(sorted.map((number) => ((number - mean) / range) ** 2));
}

function toDigits(number, digits) {
  return Number(number.toPrecision(digits)) + 0;
}
