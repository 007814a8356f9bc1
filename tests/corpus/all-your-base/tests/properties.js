function total(digits, base) {
  return digits.reduceRight((sum, digit, i) => sum + digit * base ** (digits.length - 1 - i), 0);
}

function prop_the_number_stays(input, output) {
  return total(output, input.outputBase) === total(input.digits, input.inputBase);
}

function prop_every_digit_fits_its_base(input, output) {
  return output.every((digit) => digit < input.outputBase);
}

function prop_no_leading_zero(input, output) {
  return output[0] !== 0 || output.length === 1;
}

function throws_input_base(input) {
  return input.inputBase < 2;
}

function throws_output_base(input) {
  return input.inputBase >= 2 && input.outputBase < 2;
}

function throws_no_digit(input) {
  const bad = input.digits.filter((digit) => digit === -1 || digit > input.inputBase - 1);
  return input.inputBase > 1 && input.outputBase > 1 && bad.length > 0;
}
