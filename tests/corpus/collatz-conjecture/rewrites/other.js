function stepsFrom(number, steps) {
  for (;;) {
    if (number === 1) return steps;
    if (number % 2 === 1) number = number * 3 + 1;
    else number /= 2;
    steps++;
  }
}

function main(input) {
  if (input.number < 1) throw new Error("not_positive");
  return stepsFrom(input.number, 0);
}
