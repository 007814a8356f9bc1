function prop_sorted_letters_have_no_equal_neighbours(input, output) {
  const letters = input.phrase.toUpperCase().replace(/[^A-Z]/g, "").split("").sort();
  return output === letters.every((letter, i) => letter !== letters[i + 1]);
}

function meta_once_more_spoils_it(input, run) {
  if (!/[a-z]/i.test(input.phrase) || input.phrase.length > 60) return true;
  return run({ phrase: input.phrase + input.phrase }).output === false;
}

function meta_order_and_case_do_not_matter(input, run) {
  const turned = input.phrase.split("").reverse().join("").toUpperCase();
  return run({ phrase: turned }).output === run(input).output;
}

function meta_what_is_no_letter_does_not_matter(input, run) {
  if (input.phrase.length > 50) return true;
  return run({ phrase: input.phrase.split("").join("-") + "--{{@@" }).output === run(input).output;
}
