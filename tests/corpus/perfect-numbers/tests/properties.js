const PERFECT = [6, 28, 496, 8128, 33550336];

// The sum of all divisors, from the prime powers.
function sigma(number) {
  let rest = number;
  let product = 1;
  for (let prime = 2; prime * prime <= rest; prime += 1) {
    let term = 1;
    let power = 1;
    while (rest % prime === 0) {
      rest /= prime;
      power *= prime;
      term += power;
    }
    product *= term;
  }
  return rest > 1 ? product * (rest + 1) : product;
}

function prop_perfect_ones_are_known(input, output) {
  return (output === "perfect") === PERFECT.includes(input.number);
}

function prop_the_sum_of_divisors_says_the_same(input, output) {
  const excess = sigma(input.number) - 2 * input.number;
  return output === (excess === 0 ? "perfect" : excess > 0 ? "abundant" : "deficient");
}

function meta_multiples_of_perfect_numbers_are_abundant(input, run) {
  const number = 6 * Math.abs(input.number);
  if (number < 12 || number > 33550337) return true;
  return run({ number }).output === "abundant";
}

function throws_not_positive(input) {
  return !(input.number >= 1);
}
