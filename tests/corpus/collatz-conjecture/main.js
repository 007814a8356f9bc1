function main({ number }) {
  if (number <= 0) throw Error("not_positive");
  let steps = 0;
  let current = number;
  while (current !== 1) {
    current = current % 2 === 0 ? current / 2 : 3 * current + 1;
    steps += 1;
  }
  return steps;
}
