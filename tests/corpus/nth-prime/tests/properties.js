function isPrime(number) {
  if (number < 4) return number > 1;
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return false;
  return true;
}

function prop_it_is_prime(input, output) {
  return isPrime(output);
}

function prop_so_many_primes_reach_up_to_it(input, output) {
  if (output > 3000) return true;
  let count = 0;
  for (let number = 2; number <= output; number += 1) if (isPrime(number)) count += 1;
  return count === input.number;
}

function meta_no_prime_lies_between_neighbours(input, run) {
  if (input.number < 1 || input.number > 10000) return true;
  const next = run({ number: input.number + 1 }).output;
  let between = run(input).output + 1;
  while (!isPrime(between)) between += 1;
  return between === next;
}

function throws_no_such_place(input) {
  return input.number === 0;
}
