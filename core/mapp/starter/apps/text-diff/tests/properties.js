function pieces(text, by) {
  if (by === "words") return text.split(/\s+/).filter((word) => word !== "");
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function stepsOf(output) {
  return output.diff === "" ? [] : output.diff.split("\n");
}

function prop_both_versions_can_be_read_off(input, output) {
  const version = (gone) => stepsOf(output).filter((step) => step[0] !== gone).map((step) => step.slice(2));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  return same(version("+"), pieces(input.before, input.by)) && same(version("-"), pieces(input.after, input.by));
}

function prop_counts_agree_with_the_diff(input, output) {
  const steps = stepsOf(output);
  const count = (mark) => steps.filter((step) => step.startsWith(mark + " ")).length;
  return output.added === count("+") && output.removed === count("-") && output.unchanged === count(" ");
}

function prop_as_much_as_possible_is_kept(input, output) {
  const a = pieces(input.before, input.by);
  const b = pieces(input.after, input.by);
  if (a.length * b.length > 10000) return true;
  let row = new Array(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    b.forEach((y, j) => next.push(x === y ? row[j] + 1 : Math.max(row[j + 1], next[j])));
    row = next;
  }
  return output.unchanged === row[b.length];
}

function meta_the_other_way_round_added_and_removed_trade_places(input, run) {
  const there = run(input);
  const back = run({ before: input.after, after: input.before, by: input.by });
  if (there.error) return there.error === back.error;
  const [x, y] = [there.output, back.output];
  return x.added === y.removed && x.removed === y.added && x.unchanged === y.unchanged;
}

function meta_a_text_does_not_differ_from_itself(input, run) {
  const { output } = run({ before: input.after, after: input.after, by: input.by });
  return output === undefined || (output.added === 0 && output.removed === 0);
}

function throws_too_long(input) {
  return pieces(input.before, input.by).length > 1000 || pieces(input.after, input.by).length > 1000;
}
