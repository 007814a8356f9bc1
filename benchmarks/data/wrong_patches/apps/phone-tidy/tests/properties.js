function prop_is_in_e164(input, output) {
  return /^\+[1-9]\d{6,14}$/.test(output);
}

function prop_the_last_digit_stays(input, output) {
  const digits = input.number.replace(/\D/g, "");
  return digits.at(-1) === output.at(-1);
}

function meta_a_tidy_number_stays_as_it_is(input, run) {
  const once = run(input).output;
  return once === undefined || run({ ...input, number: once }).output === once;
}
