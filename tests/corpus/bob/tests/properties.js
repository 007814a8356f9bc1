function prop_silence_is_taken_amiss(input, output) {
  return (output === "Fine. Be that way!") === !/\S/.test(input.heyBob);
}

function prop_questions_are_recognised_by_their_end(input, output) {
  const last = input.heyBob.replace(/\s+$/, "").slice(-1);
  return (last === "?") === (output === "Sure." || output.startsWith("Calm"));
}

function prop_shouting_has_capitals_only(input, output) {
  const text = input.heyBob;
  const shouting = text === text.toUpperCase() && text !== text.toLowerCase();
  return shouting === (output.startsWith("Whoa") || output.startsWith("Calm"));
}

function meta_space_around_does_not_matter(input, run) {
  if (input.heyBob.length > 190) return true;
  return run({ heyBob: " \n" + input.heyBob + "\t " }).output === run(input).output;
}

function meta_one_small_letter_calms_bob(input, run) {
  if (input.heyBob.length > 190) return true;
  return run({ heyBob: "a" + input.heyBob.trim() + "." }).output === "Whatever.";
}
