function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

function unescaped(html) {
  const plain = html.split("&lt;").join("<").split("&gt;").join(">").split("&quot;").join('"').split("&#39;").join("'");
  return plain.split("&amp;").join("&");
}

function prop_unescaping_gives_the_text_back(input, output) {
  return unescaped(output) === wellFormed(input.text);
}

function prop_no_special_character_is_left(input, output) {
  return !/[<>"']/.test(output.replace(/&(amp|lt|gt|quot|#39);/g, "")) && !/&(?!(amp|lt|gt|quot|#39);)/.test(output);
}

function prop_each_special_character_grows_by_its_entity(input, output) {
  const count = (character) => input.text.split(character).length - 1;
  const growth = 4 * count("&") + 3 * (count("<") + count(">")) + 5 * count('"') + 4 * count("'");
  return output.length === input.text.length + growth;
}

function prop_harmless_text_stays(input, output) {
  return /[&<>"']/.test(input.text) || output === wellFormed(input.text);
}

function meta_joins_like_text(input, run) {
  const text = wellFormed(input.text);
  return text.length > 90000 || run({ text: text + "<a href='?x&y'>" }).output === run({ text }).output + "&lt;a href=&#39;?x&amp;y&#39;&gt;";
}
