// Euclid's algorithm; then gcd * lcm = a * b.

function main({ a, b }) {
  const gcd = greatestCommonDivisor(a, b);
  const lcm = gcd === 0 ? 0 : (a / gcd) * b;
  if (lcm > Number.MAX_SAFE_INTEGER) throw Error("too_large");
  return { gcd: gcd + 0, lcm: lcm + 0 }; // + 0 turns -0 into 0
}

function greatestCommonDivisor(a, b) {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
