const DOUBLED = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

function prop_only_digits_and_spaces_are_valid(input, output) {
  return !output || /^ *[0-9] *[0-9][0-9 ]*$/.test(input.value);
}

function prop_the_sum_by_table_is_a_multiple_of_ten(input, output) {
  const digits = input.value.split(" ").join("");
  if (!/^[0-9]{2,}$/.test(digits)) return !output;
  const sum = digits.split("").reverse().map(Number).reduce((all, digit, i) => all + (i % 2 ? DOUBLED[digit] : digit), 0);
  return output === (sum % 10 === 0);
}

function meta_of_ten_last_digits_one_is_right(input, run) {
  const digits = input.value.replace(/[^0-9]/g, "").slice(0, 50);
  if (digits === "") return true;
  const right = [..."0123456789"].filter((last) => run({ value: digits + last }).output);
  return right.length === 1;
}

function meta_spaces_do_not_matter(input, run) {
  if (input.value.length > 25) return true;
  return run({ value: input.value.split("").join(" ") + " " }).output === run(input).output;
}
