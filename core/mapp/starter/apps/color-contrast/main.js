// The seventeen colour keywords of CSS 2.1, and the other spelling of gray.
const NAMED = {
  aqua: "00ffff", black: "000000", blue: "0000ff", fuchsia: "ff00ff", gray: "808080", grey: "808080",
  green: "008000", lime: "00ff00", maroon: "800000", navy: "000080", olive: "808000", orange: "ffa500",
  purple: "800080", red: "ff0000", silver: "c0c0c0", teal: "008080", white: "ffffff", yellow: "ffff00",
};

function channelsOf(text) {
  const color = text.toLowerCase();
  const hex = NAMED[color] || color.replace("#", "");
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16));
}

function linear(channel) {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function luminance(text) {
  const [red, green, blue] = channelsOf(text).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastRatio(first, second) {
  const [darker, lighter] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

// Cut, not rounded: 4.499 must not read 4.5 beside a failed AA. The nudge absorbs the last bits (21 for black on white).
function cutToHundredths(ratio) {
  return Math.min(21, Math.floor(ratio * 100 + 1e-9) / 100);
}

function main(input, host) {
  const ratio = cutToHundredths(contrastRatio(input.foreground, input.background));
  return { ratio, aa: ratio >= 4.5, aa_large: ratio >= 3, aaa: ratio >= 7, aaa_large: ratio >= 4.5 };
}
