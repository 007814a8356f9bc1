// Twelve digits hide the noise of binary fractions: 0.1 * 0.2 and the like.
function rounded(value) {
  return Number(value.toPrecision(12));
}

function main(input, host) {
  const { width, height } = input;
  return {
    area: rounded(width * height),
    perimeter: rounded(2 * (width + height)),
    diagonal: rounded(Math.sqrt(width * width + height * height)),
  };
}
