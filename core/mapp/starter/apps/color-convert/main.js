// The seventeen colour keywords of CSS 2.1, and the other spelling of gray.
const NAMED = {
  aqua: "00ffff", black: "000000", blue: "0000ff", fuchsia: "ff00ff", gray: "808080", grey: "808080",
  green: "008000", lime: "00ff00", maroon: "800000", navy: "000080", olive: "808000", orange: "ffa500",
  purple: "800080", red: "ff0000", silver: "c0c0c0", teal: "008080", white: "ffffff", yellow: "ffff00",
};

function fromHex(hex) {
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16));
}

function within(values, highest) {
  if (values.some((value, i) => value > highest[i])) throw Error("out_of_range");
  return values;
}

// CSS Color 4: each channel is a piecewise linear function of the hue, shifted by a third of the circle.
function fromHsl([hue, saturation, lightness]) {
  const light = lightness / 100;
  const amplitude = (saturation / 100) * Math.min(light, 1 - light);
  return [0, 8, 4].map((shift) => {
    const position = (shift + hue / 30) % 12;
    const channel = light - amplitude * Math.max(-1, Math.min(position - 3, 9 - position, 1));
    return Math.round(channel * 255);
  });
}

function parseColor(text) {
  const color = text.toLowerCase();
  const numbers = (color.match(/[0-9]+/g) || []).map(Number);
  if (color.startsWith("rgb")) return within(numbers, [255, 255, 255]);
  if (color.startsWith("hsl")) return fromHsl(within(numbers, [360, 100, 100]));
  return fromHex(NAMED[color] || color.replace("#", ""));
}

function hueOf([red, green, blue], highest, spread) {
  if (spread === 0) return 0;
  if (highest === red) return 60 * (((green - blue) / spread + 6) % 6);
  if (highest === green) return 60 * ((blue - red) / spread + 2);
  return 60 * ((red - green) / spread + 4);
}

function toHsl(channels) {
  const highest = Math.max(...channels);
  const lowest = Math.min(...channels);
  const spread = highest - lowest;
  const sum = highest + lowest;
  const saturation = spread === 0 ? 0 : spread / (sum <= 255 ? sum : 510 - sum);
  const hue = Math.round(hueOf(channels, highest, spread)) % 360;
  return [hue, Math.round(100 * saturation), Math.round((100 * sum) / 510)];
}

function main(input, host) {
  const channels = parseColor(input.color);
  const [hue, saturation, lightness] = toHsl(channels);
  return {
    hex: "#" + channels.map((channel) => channel.toString(16).padStart(2, "0")).join(""),
    rgb: `rgb(${channels.join(", ")})`,
    hsl: `hsl(${hue}, ${saturation}%, ${lightness}%)`,
  };
}
