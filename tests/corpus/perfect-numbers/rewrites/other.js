function main({ number: n }) {
  if (n < 1) throw new Error("not_positive");
  let sum = -n;
  const root = Math.floor(Math.sqrt(n));
  for (let d = root; d > 0; d--) {
    if (n % d === 0) sum += d * d === n ? d : d + n / d;
  }
  const names = { "-1": "deficient", 0: "perfect", 1: "abundant" };
  return names[Math.sign(sum - n)];
}
