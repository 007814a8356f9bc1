function sortedPoints(text) {
  return Array.from(text).sort().join("");
}

function prop_nothing_is_lost_or_invented(input, output) {
  const text = input.by === "lines" ? input.text.replace(/\r\n|\r/g, "\n") : input.text;
  return sortedPoints(text) === sortedPoints(output);
}

function prop_plain_characters_are_mirrored(input, output) {
  if (input.by !== "characters" || /[^\x20-\x7e\n]/.test(input.text)) return true;
  return Array.from(output).every((c, i) => c === input.text[input.text.length - 1 - i]);
}

function prop_first_word_comes_last(input, output) {
  if (input.by !== "words" || /[\r\n]/.test(input.text)) return true;
  const given = input.text.split(/\s+/);
  const got = output.split(/\s+/);
  return given.length === got.length && given.every((word, i) => word === got[got.length - 1 - i]);
}

function prop_first_line_comes_last(input, output) {
  if (input.by !== "lines" || /^[\r\n]|[\r\n]$/.test(input.text)) return true;
  const given = input.text.split(/\r\n|\r|\n/);
  return output.split("\n").every((line, i) => line === given[given.length - 1 - i]);
}

function meta_reversing_twice_restores_the_text(input, run) {
  if (/[^\x09\x0a\x20-\x7e]/.test(input.text)) return true; // a mark or a lone CR may meet another neighbour
  if (input.by === "lines" && /^\n|\n$/.test(input.text)) return true;
  return run({ text: run(input).output, by: input.by }).output === input.text;
}
