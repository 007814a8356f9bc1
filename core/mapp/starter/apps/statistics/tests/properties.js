function size(numbers) {
  return Math.max(...numbers.map(Math.abs));
}

function near(a, b, tolerance) {
  return Math.abs(a - b) <= tolerance + 1e-300;
}

function tally(numbers) {
  const counts = {};
  for (const number of numbers) counts[number] = (counts[number] || 0) + 1;
  return counts;
}

function prop_mean_times_count_is_the_sum(input, output) {
  const added = input.numbers.reduce((a, b) => a + b, 0);
  const slack = 1e-12 * size(input.numbers) * input.numbers.length;
  return near(output.mean * output.count, output.sum, slack) && near(output.sum, added, slack);
}

function prop_smallest_and_largest_enclose_the_middle(input, output) {
  const slack = 1e-14 * size(input.numbers) + 1e-300;
  const inside = (value) => value >= output.min - slack && value <= output.max + slack;
  const ends = input.numbers.includes(output.min) && input.numbers.includes(output.max);
  return ends && input.numbers.every(inside) && inside(output.mean) && inside(output.median) && near(output.range, output.max - output.min, slack);
}

function prop_half_the_numbers_lie_on_each_side_of_the_median(input, output) {
  const slack = 1e-14 * size(input.numbers) + 1e-300;
  const below = input.numbers.filter((number) => number <= output.median + slack).length;
  const above = input.numbers.filter((number) => number >= output.median - slack).length;
  return below * 2 >= output.count && above * 2 >= output.count && output.count === input.numbers.length;
}

// The squared differences of all pairs add up to count^2 times the variance, without any mean.
function prop_standard_deviation_agrees_with_pairwise_differences(input, output) {
  const numbers = input.numbers;
  const unit = Math.max(output.range, 1e-300);
  let pairs = 0;
  for (let i = 0; i < numbers.length; i++) {
    for (let j = 0; j < i; j++) pairs += ((numbers[i] - numbers[j]) / unit) ** 2;
  }
  const expected = (Math.sqrt(pairs) / numbers.length) * unit;
  const slack = 1e-9 * output.range + 1e-14 * size(numbers);
  const sample = numbers.length === 1 ? null : expected * Math.sqrt(numbers.length / (numbers.length - 1));
  return near(output.population_stdev, expected, slack) && (sample === null ? output.stdev === null : near(output.stdev, sample, slack * 2));
}

function prop_no_value_occurs_more_often_than_a_mode(input, output) {
  const counts = tally(input.numbers);
  const most = Math.max(...Object.values(counts));
  const expected = most === 1 ? [] : Object.keys(counts).filter((number) => counts[number] === most).map(Number);
  return JSON.stringify(expected.sort((a, b) => a - b)) === JSON.stringify(output.modes);
}

function meta_order_does_not_matter(input, run) {
  const here = run(input).output;
  const there = run({ numbers: input.numbers.slice().reverse() }).output;
  const slack = 1e-12 * size(input.numbers) * input.numbers.length;
  const same = ["count", "min", "max", "median"].every((key) => here[key] === there[key]);
  return same && near(here.sum, there.sum, slack) && near(here.mean, there.mean, slack);
}

function meta_negating_the_numbers_mirrors_them(input, run) {
  const here = run(input).output;
  const there = run({ numbers: input.numbers.map((number) => -number + 0) }).output;
  const slack = 1e-9 * here.range + 1e-14 * size(input.numbers);
  return there.min === -here.max + 0 && there.median === -here.median + 0 && near(here.population_stdev, there.population_stdev, slack);
}
