function joint(input) {
  return input.separator === "underscore" ? "_" : "-";
}

function prop_only_the_chosen_separator_and_never_doubled(input, output) {
  const other = joint(input) === "-" ? "_" : "-";
  return !output.includes(other) && output.split(joint(input)).every((word) => word !== "");
}

function prop_ascii_letters_and_digits_survive_in_order(input, output) {
  if (/[^\x20-\x7e]/.test(input.text)) return true;
  const kept = [...input.text].filter((c) => /[A-Za-z0-9]/.test(c)).join("").toLowerCase();
  return output.split(joint(input)).join("") === kept;
}

function meta_a_slug_is_its_own_slug(input, run) {
  const slug = run(input).output;
  return slug === undefined || slug.length > 1000 || run({ text: slug, separator: input.separator }).output === slug;
}

function meta_case_and_surrounding_space_do_not_matter(input, run) {
  const changed = " " + input.text.toUpperCase() + "  ";
  if (/[^\x20-\x7e]/.test(input.text) || changed.length > 1000) return true;
  return run(input).output === run({ text: changed, separator: input.separator }).output;
}

function meta_separators_are_interchangeable(input, run) {
  const hyphens = run({ text: input.text, separator: "hyphen" }).output;
  const underscores = run({ text: input.text, separator: "underscore" }).output;
  return hyphens === undefined ? underscores === undefined : hyphens.split("-").join("_") === underscores;
}

function throws_nothing_left(input) {
  if (/[A-Za-z0-9]/.test(input.text.normalize("NFKD"))) return false;
  return !/[ßẞæøœđðþłħıŋŧ]/.test(input.text.normalize("NFKD").toLowerCase());
}
