const UNITS = {};
"zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
  .split(" ").forEach((word, value) => { UNITS[word] = value; });
"twenty thirty forty fifty sixty seventy eighty ninety".split(" ").forEach((word, i) => { UNITS[word] = 20 + 10 * i; });
const SCALES = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

// Reads whole-number words; NaN where a word is unknown.
function readWhole(words) {
  let total = 0;
  let group = 0;
  for (const word of words.split(/[ -]/)) {
    if (word === "and") continue;
    if (word === "hundred") group *= 100;
    else if (word in SCALES) { total += group * SCALES[word]; group = 0; }
    else group += word in UNITS ? UNITS[word] : NaN;
  }
  return total + group;
}

function readNumber(words) {
  const sign = words.startsWith("minus ") ? -1 : 1;
  const [whole, decimals] = words.replace(/^minus /, "").split(" point ");
  const fraction = decimals ? "." + decimals.split(" ").map((word) => UNITS[word]).join("") : "";
  return sign * Number(String(readWhole(whole)) + fraction);
}

function prop_reading_the_words_gives_the_number(input, output) {
  return readNumber(output) === Number(input.number.toFixed(12)) + 0;
}

function prop_hyphens_only_inside_twenty_one_to_ninety_nine(input, output) {
  return output.split(" ").filter((word) => word.includes("-"))
    .every((word) => /^(twen|thir|for|fif|six|seven|eigh|nine)ty-(one|two|three|four|five|six|seven|eight|nine)$/.test(word));
}

function prop_american_style_has_no_and(input, output) {
  return input.style !== "american" || !output.split(" ").includes("and");
}

function meta_styles_differ_by_and_only(input, run) {
  const american = run({ number: input.number, style: "american" }).output;
  const british = run({ number: input.number, style: "british" }).output;
  return british.split(" and ").join(" ") === american;
}

function meta_the_negative_has_minus_in_front(input, run) {
  const words = run(input).output;
  if (words === "zero") return true;
  const opposite = run({ number: -input.number, style: input.style }).output;
  return input.number > 0 ? opposite === "minus " + words : words === "minus " + opposite;
}
