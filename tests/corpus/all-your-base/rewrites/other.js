function main({ inputBase, digits, outputBase }) {
  if (inputBase <= 1) throw new Error("input_base");
  if (outputBase <= 1) throw new Error("output_base");
  if (!digits.every((d) => 0 <= d && d < inputBase)) throw new Error("no_digit");
  let n = digits.reduce((sum, d) => sum * inputBase + d, 0);
  const out = [];
  while (n >= outputBase) {
    out.push(n % outputBase);
    n = (n - (n % outputBase)) / outputBase;
  }
  out.push(n);
  return out.reverse();
}
