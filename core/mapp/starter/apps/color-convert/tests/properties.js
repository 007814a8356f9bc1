function numbersIn(text) {
  return text.match(/[0-9]+/g).map(Number);
}

// HSL to RGB by chroma and sector, the textbook way.
function channelsOf([hue, saturation, lightness]) {
  const chroma = (1 - Math.abs(lightness / 50 - 1)) * (saturation / 100);
  const second = chroma * (1 - Math.abs(((hue / 60) % 2) - 1));
  const sectors = [[chroma, second, 0], [second, chroma, 0], [0, chroma, second], [0, second, chroma], [second, 0, chroma], [chroma, 0, second]];
  const base = lightness / 100 - chroma / 2;
  return sectors[Math.floor(hue / 60) % 6].map((channel) => 255 * (channel + base));
}

function prop_hex_and_rgb_are_the_same_number(input, output) {
  const [red, green, blue] = numbersIn(output.rgb);
  return parseInt(output.hex.slice(1), 16) === 65536 * red + 256 * green + blue;
}

function prop_hsl_leads_back_to_rgb_but_for_rounding(input, output) {
  const back = channelsOf(numbersIn(output.hsl));
  return numbersIn(output.rgb).every((channel, i) => Math.abs(channel - back[i]) <= 6);
}

function prop_equal_channels_mean_no_saturation(input, output) {
  const [red, green, blue] = numbersIn(output.rgb);
  return !(red === green && green === blue) || output.hsl.startsWith("hsl(0, 0%");
}

function meta_its_own_hex_and_rgb_give_the_same_colour(input, run) {
  const { output } = run(input);
  if (output === undefined) return true;
  return [output.hex, output.rgb].every((color) => JSON.stringify(run({ color }).output) === JSON.stringify(output));
}

function meta_the_hsl_shown_is_nearly_the_colour(input, run) {
  const { output } = run(input);
  if (output === undefined) return true;
  const again = numbersIn(run({ color: output.hsl }).output.rgb);
  return numbersIn(output.rgb).every((channel, i) => Math.abs(channel - again[i]) <= 6);
}

function throws_out_of_range(input) {
  const kind = input.color.slice(0, 3).toLowerCase();
  if (kind !== "rgb" && kind !== "hsl") return false;
  const [first, second, third] = numbersIn(input.color);
  return kind === "rgb" ? first > 255 || second > 255 || third > 255 : first > 360 || second > 100 || third > 100;
}
