function prop_one_letter_for_each_word(input, output) {
  const words = input.phrase.split("'").join("").split(/[^A-Za-z]+/).filter((word) => word !== "");
  return output.length === words.length;
}

function prop_letters_come_from_the_phrase_in_order(input, output) {
  let at = 0;
  for (const character of input.phrase.toUpperCase()) if (character === output[at]) at += 1;
  return at === output.length;
}

function meta_case_does_not_matter(input, run) {
  return run({ phrase: input.phrase.toLowerCase() }).output === run(input).output;
}

function meta_another_word_adds_its_letter(input, run) {
  if (input.phrase.length > 190) return true;
  return run({ phrase: input.phrase + " zeta" }).output === run(input).output + "Z";
}

function meta_two_phrases_one_after_another(input, run) {
  if (input.phrase.length > 90) return true;
  const once = run(input).output;
  return run({ phrase: input.phrase + "-" + input.phrase }).output === once + once;
}
