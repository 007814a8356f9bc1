function prop_initials_are_capitals(input, output) {
  return output === output.toUpperCase();
}

function prop_short_is_at_most_two_letters(input, output) {
  return input.style === "full" || [...output].length <= 6;
}

function prop_full_has_a_dot_after_each_letter(input, output) {
  return input.style !== "full" || output.split(" ").every((part) => part.endsWith("."));
}

function throws_no_letters(input) {
  return !/[\p{L}\p{M}]/u.test(input.name);
}
