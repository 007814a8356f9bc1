function main({ digits, span }) {
  if (span < 0) throw Error("negative_span");
  if (span > digits.length) throw Error("span_too_long");
  if (/[^0-9]/.test(digits)) throw Error("not_digits");
  let largest = 0;
  for (let start = 0; start + span <= digits.length; start += 1) {
    let product = 1;
    for (let offset = 0; offset < span; offset += 1) {
      product *= Number(digits[start + offset]);
    }
    if (product > largest) largest = product;
  }
  return largest;
}
