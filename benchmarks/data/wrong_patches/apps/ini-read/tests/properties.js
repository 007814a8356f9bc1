function prop_keys_are_in_small_letters(input, output) {
  return output.every((setting) => setting.key === setting.key.toLowerCase());
}

function prop_no_more_settings_than_lines(input, output) {
  return output.length <= input.text.split("\n").length;
}

function prop_no_setting_is_listed_twice(input, output) {
  const names = output.map((setting) => JSON.stringify([setting.section, setting.key]));
  return new Set(names).size === names.length;
}

function meta_a_comment_more_changes_nothing(input, run) {
  if (input.text.length > 4900) return true;
  const more = run({ text: `; a comment\n${input.text}` });
  return JSON.stringify(more) === JSON.stringify(run(input));
}
