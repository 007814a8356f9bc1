function main({ digits, span }) {
  if (span < 0) throw new Error("negative_span");
  if (digits.length < span) throw new Error("span_too_long");
  const numbers = [...digits].map((digit) => "0123456789".indexOf(digit));
  if (numbers.includes(-1)) throw new Error("not_digits");
  const products = [];
  let start = 0;
  while (start <= numbers.length - span) {
    products.push(numbers.slice(start, start + span).reduce((product, number) => product * number, 1));
    start++;
  }
  return Math.max(...products);
}
