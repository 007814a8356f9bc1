function prop_three_lines_a_verse(input, output) {
  return output.length === 3 * input.takeDown - 1 && output.every((line, i) => (line === "") === (i % 3 === 2));
}

function prop_first_lines_count_down(input, output) {
  return output.filter((line, i) => i % 3 === 0).every((line, i) => {
    const count = input.startBottles - i;
    const shown = Number.parseInt(line, 10);
    return count === 0 ? line.startsWith("No more bottles") : shown === count;
  });
}

function prop_one_bottle_is_singular(input, output) {
  return output.every((line) => !/\b1 bottles/.test(line) && !/(\d\d|[02-9]) bottle /.test(line));
}

function prop_every_verse_ends_on_the_wall(input, output) {
  return output.filter((line, i) => i % 3 === 1).every((line) => line.endsWith(" on the wall."));
}

function meta_verses_follow_one_another(input, run) {
  if (input.takeDown < 2) return true;
  const all = run(input);
  if (all.error !== undefined) return true;
  const first = run({ ...input, takeDown: 1 }).output;
  const rest = run({ startBottles: input.startBottles - 1, takeDown: input.takeDown - 1 }).output;
  return JSON.stringify([...first, "", ...rest]) === JSON.stringify(all.output);
}

function meta_the_count_of_one_verse_is_carried_over(input, run) {
  if (input.startBottles < 1) return true;
  const lines = run({ startBottles: input.startBottles, takeDown: 2 }).output;
  const left = lines[1].split(", ")[1];
  return lines[3].toLowerCase().startsWith(left.slice(0, -1));
}

function throws_too_few_bottles(input) {
  return input.startBottles - input.takeDown < -1;
}
