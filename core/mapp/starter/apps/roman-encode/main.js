// Largest first; the six subtractive pairs count as symbols of their own, so greedy subtraction is exact.
const SYMBOLS = [
  ["M", 1000], ["CM", 900], ["D", 500], ["CD", 400],
  ["C", 100], ["XC", 90], ["L", 50], ["XL", 40],
  ["X", 10], ["IX", 9], ["V", 5], ["IV", 4], ["I", 1],
];

function toRoman(number) {
  let rest = number;
  let numeral = "";
  for (const [symbol, value] of SYMBOLS) {
    while (rest >= value) {
      numeral += symbol;
      rest -= value;
    }
  }
  return numeral;
}

function main(input, host) {
  return toRoman(input.number);
}
