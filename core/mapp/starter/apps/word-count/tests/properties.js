function prop_words_and_gaps_fit_into_the_characters(input, output) {
  const atLeast = output.words === 0 ? 0 : output.words - 1;
  return output.characters_without_spaces >= output.words && output.characters >= output.characters_without_spaces + atLeast;
}

function prop_characters_agree_with_an_array_of_code_points(input, output) {
  const points = Array.from(input.text);
  return output.characters === points.length && output.characters_without_spaces === points.filter((c) => c.trim() !== "").length;
}

function prop_words_agree_with_splitting(input, output) {
  return output.words === input.text.split(/\s+/).filter((word) => word !== "").length;
}

function prop_sentences_need_words(input, output) {
  const none = !/[\p{L}\p{N}]/u.test(input.text);
  return output.sentences <= output.words && none === (output.sentences === 0);
}

function prop_lines_agree_with_splitting(input, output) {
  const lines = input.text.split(/\r\n|\r|\n/);
  return output.lines === lines.length - (lines[lines.length - 1] === "" ? 1 : 0);
}

function meta_a_text_and_itself_count_double(input, run) {
  if (Array.from(input.text).length >= 100000 || input.text === "") return true;
  const one = run(input).output;
  const two = run({ text: input.text + "\n" + input.text }).output;
  return two.words === 2 * one.words && two.characters === 2 * one.characters + 1;
}
