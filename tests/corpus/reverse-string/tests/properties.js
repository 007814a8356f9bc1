function sorted(text) {
  return Array.from(text).sort().join("");
}

function prop_the_same_characters(input, output) {
  return sorted(input.value) === sorted(output);
}

function prop_without_marks_it_is_plainly_reversed(input, output) {
  const bare = (text) => Array.from(text.replace(/\p{M}/gu, ""));
  return bare(output).join("") === bare(input.value).reverse().join("");
}

function meta_twice_gives_the_text_back(input, run) {
  if (/^\p{M}/u.test(input.value)) return true;
  return run({ value: run(input).output }).output === input.value;
}

function meta_a_letter_before_goes_behind(input, run) {
  if (input.value.length > 99 || /^\p{M}/u.test(input.value)) return true;
  return run({ value: "z" + input.value }).output === run(input).output + "z";
}
