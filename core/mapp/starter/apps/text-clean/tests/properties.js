function visible(text) {
  return Array.from(text).filter((c) => c.trim() !== "" && !/[\x00-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff]/.test(c)).join("");
}

function prop_no_visible_character_is_lost(input, output) {
  return visible(input.text) === visible(output);
}

function prop_no_doubled_or_hanging_space(input, output) {
  return !/[^\S \n]|  |^ | $| \n|\n /.test(output);
}

function prop_blank_lines_are_thin(input, output) {
  if (output.startsWith("\n") || output.endsWith("\n")) return false;
  return !output.includes(input.blank_lines === "remove" ? "\n\n" : "\n\n\n");
}

function prop_words_stay_apart(input, output) {
  if (/[^\x20-\x7e\n\t]/.test(input.text)) return true;
  const words = (text) => text.split(/[ \n\t]+/).filter((word) => word !== "");
  return JSON.stringify(words(input.text)) === JSON.stringify(words(output));
}

function meta_cleaning_twice_changes_nothing(input, run) {
  const once = run(input).output;
  return once === "" || run({ text: once, blank_lines: input.blank_lines }).output === once;
}

function meta_removing_is_collapsing_without_the_blanks(input, run) {
  const collapsed = run({ text: input.text, blank_lines: "collapse" }).output;
  return run({ text: input.text, blank_lines: "remove" }).output === collapsed.split("\n").filter((line) => line !== "").join("\n");
}
