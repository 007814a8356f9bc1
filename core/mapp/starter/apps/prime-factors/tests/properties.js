function power(base, exponent, modulus) {
  let result = 1n;
  base %= modulus;
  while (exponent > 0n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent >>= 1n;
  }
  return result;
}

// Miller-Rabin; these four bases leave no doubt below 1,122,004,669,633 (Jaeschke, 1993).
function isPrime(number) {
  const n = BigInt(number);
  const bases = [2n, 13n, 23n, 1662803n];
  if (n < 2n || bases.includes(n)) return n >= 2n;
  if (n % 2n === 0n) return false;
  let odd = n - 1n;
  let twos = 0;
  for (; odd % 2n === 0n; odd /= 2n) twos++;
  return bases.every((base) => isStrongProbablePrime(n, base, odd, twos));
}

function isStrongProbablePrime(n, base, odd, twos) {
  let x = power(base, odd, n);
  if (x === 1n || x === n - 1n) return true;
  for (let i = 1; i < twos; i++) {
    x = (x * x) % n;
    if (x === n - 1n) return true;
  }
  return false;
}

function prop_factors_multiply_to_the_number(input, output) {
  return output.reduce((product, factor) => product * factor, 1) === input.number;
}

function prop_every_factor_is_prime(input, output) {
  return output.every(isPrime);
}

function prop_factors_ascend(input, output) {
  return output.every((factor, i) => i === 0 || output[i - 1] <= factor);
}

function meta_twice_the_number_has_one_more_two(input, run) {
  if (input.number > 5e11) return true;
  const expected = [2, ...run(input).output];
  return JSON.stringify(run({ number: input.number * 2 }).output) === JSON.stringify(expected);
}

function meta_square_has_every_factor_twice(input, run) {
  if (input.number > 1e6) return true;
  const expected = run(input).output.flatMap((factor) => [factor, factor]);
  return JSON.stringify(run({ number: input.number * input.number }).output) === JSON.stringify(expected);
}
