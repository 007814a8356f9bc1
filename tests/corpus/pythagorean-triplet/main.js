// From a + b + c = n and a * a + b * b = c * c follows b = n * (n - 2 * a) / (2 * (n - a)).
function main({ n }) {
  const triplets = [];
  for (let a = 1; a < n / 3; a += 1) {
    const numerator = n * (n - 2 * a);
    const denominator = 2 * (n - a);
    if (numerator % denominator !== 0) continue;
    const b = numerator / denominator;
    if (a < b) triplets.push([a, b, n - a - b]);
  }
  return triplets;
}
