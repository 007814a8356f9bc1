// Stein's algorithm: halving and subtracting instead of Euclid's remainders.
function binaryGcd(a, b) {
  if (a === 0n || b === 0n) return a + b;
  if (a % 2n === 0n && b % 2n === 0n) return 2n * binaryGcd(a / 2n, b / 2n);
  if (a % 2n === 0n) return binaryGcd(a / 2n, b);
  if (b % 2n === 0n) return binaryGcd(a, b / 2n);
  return a > b ? binaryGcd(a - b, b) : binaryGcd(b - a, a);
}

function multiple(value, divisor) {
  return divisor === 0 ? value === 0 : value % divisor === 0;
}

function prop_gcd_divides_both_and_both_divide_lcm(input, output) {
  const { a, b } = input;
  const divides = multiple(a, output.gcd) && multiple(b, output.gcd);
  return divides && (output.lcm === 0 ? a === 0 || b === 0 : multiple(output.lcm, a) && multiple(output.lcm, b));
}

function prop_gcd_agrees_with_the_binary_algorithm(input, output) {
  return binaryGcd(BigInt(input.a), BigInt(input.b)) === BigInt(output.gcd);
}

function prop_product_of_both_is_the_product_of_the_numbers(input, output) {
  return BigInt(output.gcd) * BigInt(output.lcm) === BigInt(input.a) * BigInt(input.b);
}

function meta_order_does_not_matter(input, run) {
  return JSON.stringify(run(input)) === JSON.stringify(run({ a: input.b, b: input.a }));
}

function meta_three_times_the_numbers(input, run) {
  if (input.a > 3e11 || input.b > 3e11) return true;
  const once = run(input).output;
  const thrice = run({ a: input.a * 3, b: input.b * 3 }).output;
  return once === undefined || thrice === undefined || (thrice.gcd === once.gcd * 3 && thrice.lcm === once.lcm * 3);
}

function throws_too_large(input) {
  const a = BigInt(input.a);
  const b = BigInt(input.b);
  return a * b !== 0n && (a * b) / binaryGcd(a, b) > 9007199254740991n;
}
