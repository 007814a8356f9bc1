const LENGTHS = { d: 86400, h: 3600, min: 60, s: 1 };
const LIMITS = { d: Infinity, h: 24, min: 60, s: 60 };

function parts(output) {
  const words = output.split(" ");
  const found = [];
  for (let i = 0; i < words.length; i += 2) found.push({ count: Number(words[i]), symbol: words[i + 1] });
  return found;
}

function prop_the_parts_add_up_to_the_seconds(input, output) {
  return parts(output).reduce((sum, part) => sum + part.count * LENGTHS[part.symbol], 0) === input.seconds;
}

function prop_every_part_is_below_the_next_larger_unit(input, output) {
  return parts(output).every((part) => part.count < LIMITS[part.symbol]);
}

function prop_parts_are_ordered_and_none_is_zero(input, output) {
  if (input.seconds === 0) return output === "0 s";
  const found = parts(output);
  const falling = found.every((part, i) => i === 0 || LENGTHS[found[i - 1].symbol] > LENGTHS[part.symbol]);
  return falling && found.every((part) => part.count > 0);
}

function meta_a_whole_day_more_changes_only_the_days(input, run) {
  if (input.seconds > 900000000000 || input.seconds % 86400 === 0) return true;
  const without = (text) => text.replace(/^[0-9]+ d /, "");
  return without(run({ seconds: input.seconds + 86400 }).output) === without(run({ seconds: input.seconds }).output);
}
