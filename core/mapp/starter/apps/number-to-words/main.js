const BELOW_TWENTY = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
  "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES = ["", "thousand", "million", "billion", "trillion"];

function belowHundred(n) {
  if (n < 20) return BELOW_TWENTY[n];
  const ones = n % 10;
  return TENS[Math.floor(n / 10)] + (ones ? "-" + BELOW_TWENTY[ones] : "");
}

function belowThousand(n, and) {
  const hundreds = Math.floor(n / 100);
  const rest = n % 100;
  if (!hundreds) return belowHundred(rest);
  return BELOW_TWENTY[hundreds] + " hundred" + (rest ? and + belowHundred(rest) : "");
}

// `digits` is a whole number written out, without sign or leading zeros.
function wholeInWords(digits, and) {
  if (digits === "0") return "zero";
  const words = [];
  for (let end = digits.length, scale = 0; end > 0; end -= 3, scale++) {
    const group = Number(digits.slice(Math.max(0, end - 3), end));
    if (!group) continue;
    // British usage joins a last group below a hundred too: one thousand and five.
    const joiner = scale === 0 && group < 100 && digits.length > 3 ? and.trimStart() : "";
    words.unshift(joiner + belowThousand(group, and) + (scale ? " " + SCALES[scale] : ""));
  }
  return words.join(" ");
}

// Plain digits without exponent; numbers below 10^-6 would otherwise print as 1e-7.
function plainDigits(magnitude) {
  const rounded = Number(magnitude.toFixed(12));
  if (rounded >= 1e-6) return String(rounded);
  return rounded.toFixed(12).replace(/\.?0+$/, "");
}

function main(input, host) {
  const and = input.style === "british" ? " and " : " ";
  const [whole, decimals] = plainDigits(Math.abs(input.number)).split(".");
  let words = wholeInWords(whole, and);
  if (decimals) words += " point " + [...decimals].map((digit) => BELOW_TWENTY[digit]).join(" ");
  const isZero = words === "zero";
  return input.number < 0 && !isZero ? "minus " + words : words;
}
