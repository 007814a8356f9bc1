function prop_levels_follow_from_the_ratio(input, output) {
  return output.aa === output.ratio >= 4.5 && output.aa_large === output.ratio >= 3
    && output.aaa === output.ratio >= 7 && output.aaa_large === output.aa;
}

function prop_ratio_has_two_decimals_at_most(input, output) {
  return Math.abs(output.ratio * 100 - Math.round(output.ratio * 100)) < 1e-9;
}

function meta_swapping_the_colours_changes_nothing(input, run) {
  const swapped = run({ foreground: input.background, background: input.foreground });
  return JSON.stringify(swapped.output) === JSON.stringify(run(input).output);
}

function meta_a_colour_on_itself_has_ratio_one(input, run) {
  return run({ foreground: input.foreground, background: input.foreground }).output.ratio === 1;
}

// (white : x) times (x : black) is 21 for every x, but for the cut decimals.
function meta_steps_to_white_and_to_black_multiply_to_21(input, run) {
  const up = run({ foreground: input.foreground, background: "#ffffff" }).output.ratio;
  const down = run({ foreground: input.foreground, background: "#000000" }).output.ratio;
  return up * down <= 21.0001 && (up + 0.0101) * (down + 0.0101) >= 21;
}

// The ratio of two colours is the quotient of their ratios to black.
function meta_ratio_is_the_quotient_of_ratios_to_black(input, run) {
  const [low, high] = [input.foreground, input.background]
    .map((color) => run({ foreground: color, background: "black" }).output.ratio)
    .sort((a, b) => a - b);
  const { ratio } = run(input).output;
  return ratio <= (high + 0.0101) / low && ratio + 0.0101 >= high / (low + 0.0101);
}
