const VALUE = { black: 0, brown: 1, red: 2, orange: 3, yellow: 4, green: 5, blue: 6, violet: 7, grey: 8, white: 9 };

function prop_digits_are_those_of_the_bands(input, output) {
  const shown = String(output).padStart(2, "0");
  return Number(shown[0]) === VALUE[input.colors[0]] && Number(shown[1]) === VALUE[input.colors[1]];
}

function meta_further_bands_do_not_matter(input, run) {
  return run({ colors: [...input.colors.slice(0, 2), "white"] }).output === run(input).output;
}

function meta_both_orders_add_up_to_a_multiple_of_eleven(input, run) {
  const turned = run({ colors: [input.colors[1], input.colors[0]] }).output;
  return (run(input).output + turned) % 11 === 0;
}
