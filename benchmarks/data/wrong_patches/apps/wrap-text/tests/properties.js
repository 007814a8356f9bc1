function prop_no_line_is_too_long(input, output) {
  return output.split("\n").every((line) => [...line].length <= input.width);
}

function prop_nothing_but_space_is_changed(input, output) {
  return output.replace(/\s/g, "") === input.text.replace(/\s/g, "");
}

function prop_no_line_ends_in_a_space(input, output) {
  return !/[ ]$/m.test(output);
}

function meta_wrapping_again_changes_nothing(input, run) {
  if (input.hang > 0) return true;
  const once = run(input).output;
  return once.length > 5000 || run({ ...input, text: once }).output === once;
}
