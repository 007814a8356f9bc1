function engineMatches(input) {
  const pattern = new RegExp(input.pattern, input.compare === "ignore_case" ? "gimu" : "gmu");
  return Array.from(input.text.matchAll(pattern));
}

// Left out are texts on which engines themselves disagree with the standard: empty matches inside a surrogate pair,
// and long s and the kelvin sign as word characters when case is ignored. Groups inside loops are not compared:
// some engines keep what a group matched in an earlier round.
function prop_agrees_with_the_engine(input, output) {
  if (/[\u{10000}-\u{10ffff}\u017f\u212a]/u.test(input.text)) return true;
  const found = engineMatches(input);
  const loops = /\)[*+?{]/.test(input.pattern);
  if (found.length !== output.count) return false;
  return output.matches.every((match, i) => {
    const [text, ...groups] = found[i];
    const index = Array.from(input.text.slice(0, found[i].index)).length;
    const same = JSON.stringify(match.groups) === JSON.stringify(groups.map((group) => (group === undefined ? null : group)));
    return match.text === text && match.index === index && (loops || same);
  });
}

function prop_each_match_stands_where_it_says(input, output) {
  const points = Array.from(input.text);
  return output.matches.every(({ text, index }) => points.slice(index, index + Array.from(text).length).join("") === text);
}

function prop_matches_follow_one_another(input, output) {
  return output.matches.every((match, i) => i === 0 || match.index >= output.matches[i - 1].index + Math.max(1, Array.from(output.matches[i - 1].text).length));
}

function prop_counts_fit(input, output) {
  return output.matched === output.count > 0 && output.matches.length === Math.min(100, output.count);
}

function meta_a_text_matches_itself_literally(input, run) {
  const piece = Array.from(input.text).slice(0, 50).join("");
  const pattern = piece.replace(/[\^$\\.*+?()[\]{}|\/]/g, "\\$&");
  return piece === "" || run({ pattern, text: input.text, compare: input.compare }).output.matches[0].index === 0;
}

function meta_brackets_round_the_pattern_change_nothing(input, run) {
  const bracketed = "(?:" + input.pattern + ")";
  const result = run(input);
  if (Array.from(bracketed).length > 200 || result.error) return true;
  return JSON.stringify(run({ pattern: bracketed, text: input.text, compare: input.compare })) === JSON.stringify(result);
}

function meta_what_the_engine_refuses_is_refused(input, run) {
  try {
    new RegExp(input.pattern, "u");
    return true;
  } catch (_) {
    return run(input).error === "bad_pattern";
  }
}
