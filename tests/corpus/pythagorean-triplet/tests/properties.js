function prop_each_is_a_triplet(input, output) {
  return output.every(([a, b, c]) => a < b && b < c && a * a + b * b === c * c);
}

function prop_each_adds_up(input, output) {
  return output.every((triplet) => triplet.reduce((sum, number) => sum + number) === input.n);
}

function prop_ordered_without_repeats(input, output) {
  return output.every((triplet, i) => i === 0 || output[i - 1][0] < triplet[0]);
}

// Euclid's formula: every triplet is k * (m * m - j * j, 2 * m * j, m * m + j * j).
function prop_as_many_as_euclid_finds(input, output) {
  const found = new Set();
  for (let m = 2; 2 * m * m < input.n * 2; m += 1) {
    for (let j = 1; j < m; j += 1) {
      const sum = 2 * m * (m + j);
      if (input.n % sum === 0) found.add((input.n / sum) * (m * m + j * j));
    }
  }
  return found.size === output.length;
}

function meta_twice_the_sum_has_the_doubled_triplets(input, run) {
  if (input.n > 15000) return true;
  const doubled = run({ n: input.n * 2 }).output.map(String);
  return run(input).output.every((triplet) => doubled.includes(String(triplet.map((side) => 2 * side))));
}
