function prop_it_is_how_the_post_begins(input, output) {
  return input.phrase.startsWith(output);
}

function prop_five_characters_or_all(input, output) {
  const length = Array.from(output).length;
  return length === 5 || (length < 5 && output === input.phrase);
}

function meta_cutting_again_changes_nothing(input, run) {
  const once = run(input).output;
  return run({ phrase: once }).output === once;
}
