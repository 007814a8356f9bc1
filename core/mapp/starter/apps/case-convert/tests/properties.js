// Laws of letter case, stated without the implementation.

function foldedLetters(text) {
  const letters = text.normalize("NFD").toLowerCase().toUpperCase().toLowerCase().normalize("NFD").match(/[a-z0-9]/g);
  return (letters || []).join("");
}

function prop_letters_and_digits_survive(input, output) {
  return foldedLetters(input.text) === foldedLetters(output);
}

function prop_ascii_alphabet_of_the_style(input, output) {
  const foreign = {
    upper: /[a-z]/, lower: /[A-Z]/, snake: /[A-Z -]/, kebab: /[A-Z_ ]/, constant: /[a-z -]/, camel: /[ _-]/, pascal: /[ _-]/,
  }[input.style];
  return foreign === undefined || !foreign.test(output);
}

function prop_lines_stay_lines(input, output) {
  if (input.text.includes("\r")) return true; // a lone CR may come to stand before an LF
  return input.text.split(/\r\n|\r|\n/).length === output.split(/\r\n|\r|\n/).length;
}

function prop_prose_styles_keep_ascii_length(input, output) {
  const prose = ["upper", "lower", "title", "sentence"].includes(input.style);
  return !prose || /[^\x00-\x7f]/.test(input.text) || input.text.length === output.length;
}

function meta_converting_twice_changes_nothing(input, run) {
  if (["camel", "pascal"].includes(input.style)) return true; // "a b c" -> "aBC" -> "aBc": word borders are lost
  if (/[^\x00-\x7f]/.test(input.text)) return true;
  if (input.style === "constant" && /\d/.test(input.text)) return true; // "re9rt" -> "RE9RT" -> "RE9_RT"
  const once = run(input).output;
  return once === "" || run({ text: once, style: input.style }).output === once;
}

function meta_snake_and_kebab_differ_in_the_joint_only(input, run) {
  const snake = run({ text: input.text, style: "snake" }).output;
  const kebab = run({ text: input.text, style: "kebab" }).output;
  return snake.split("_").join("-") === kebab;
}
