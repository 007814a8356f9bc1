// Twelve digits hide the noise of binary fractions: 2 * pi * 0.1 and the like.
function rounded(value) {
  return Number(value.toPrecision(12));
}

function main(input, host) {
  const hasRadius = input.radius !== undefined;
  const hasDiameter = input.diameter !== undefined;
  if (hasRadius === hasDiameter) throw Error("one_measure");
  const radius = hasRadius ? input.radius : input.diameter / 2;
  return {
    radius: rounded(radius),
    diameter: rounded(2 * radius),
    circumference: rounded(2 * Math.PI * radius),
    area: rounded(Math.PI * radius * radius),
  };
}
