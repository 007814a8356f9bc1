// The digit sum of twice a digit: 7 -> 14 -> 1 + 4 -> 5.
function doubledDigit(digit) {
  const doubled = 2 * digit;
  return doubled > 9 ? doubled - 9 : doubled;
}

// `payload` is everything but the check digit; its last digit is doubled, then every second one leftwards.
function checkDigitFor(payload) {
  let sum = 0;
  payload.toReversed().forEach((digit, i) => {
    sum += i % 2 === 0 ? doubledDigit(digit) : digit;
  });
  return (10 - (sum % 10)) % 10;
}

function main(input, host) {
  const digits = [...input.number.replace(/[ -]/g, "")].map(Number);
  const expected = checkDigitFor(digits.slice(0, -1));
  return { valid: digits.at(-1) === expected, expected_check_digit: expected };
}
