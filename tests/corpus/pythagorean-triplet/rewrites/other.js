function main(input) {
  const sum = input.n;
  const found = [];
  let a = 0;
  while (3 * ++a < sum) {
    const b = (sum * sum - 2 * sum * a) / (2 * sum - 2 * a);
    const c = sum - a - b;
    if (Number.isInteger(b) && b > a) found.push([a, b, c]);
  }
  return found;
}
