function digitsOf(text) {
  return [...text].filter((c) => c >= "0" && c <= "9").map(Number);
}

// The whole number, check digit included, through a table of doubled digits.
function luhnSum(digits) {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  let sum = 0;
  digits.forEach((digit, i) => { sum += (digits.length - i) % 2 === 0 ? doubled[digit] : digit; });
  return sum;
}

function prop_valid_when_the_sum_is_a_multiple_of_ten(input, output) {
  return output.valid === (luhnSum(digitsOf(input.number)) % 10 === 0);
}

function prop_the_expected_digit_makes_the_sum_a_multiple_of_ten(input, output) {
  const digits = digitsOf(input.number);
  digits[digits.length - 1] = output.expected_check_digit;
  return luhnSum(digits) % 10 === 0;
}

function meta_with_the_expected_digit_it_is_valid(input, run) {
  const first = run(input).output;
  const repaired = input.number.slice(0, -1) + first.expected_check_digit;
  const second = run({ number: repaired }).output;
  return second.valid && second.expected_check_digit === first.expected_check_digit;
}

function meta_one_wrong_digit_is_always_noticed(input, run) {
  if (!run(input).output.valid) return true;
  const wrong = (Number(input.number[0]) + 1) % 10;
  return run({ number: wrong + input.number.slice(1) }).output.valid === false;
}

function meta_spaces_and_hyphens_do_not_count(input, run) {
  const plain = run({ number: digitsOf(input.number).join("") }).output;
  const given = run(input).output;
  return plain.valid === given.valid && plain.expected_check_digit === given.expected_check_digit;
}
