function main({ number }) {
  let ones = 0;
  let rest = number;
  while (rest > 0) {
    ones += rest % 2;
    rest = Math.floor(rest / 2);
  }
  return ones;
}
