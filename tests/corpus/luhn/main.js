function main({ value }) {
  const digits = value.replaceAll(" ", "");
  if (digits.length < 2) return false;
  let sum = 0;
  let double = false;
  for (let at = digits.length - 1; at >= 0; at -= 1) {
    if (digits[at] < "0" || digits[at] > "9") return false;
    let digit = Number(digits[at]);
    if (double) digit *= 2;
    sum += digit > 9 ? digit - 9 : digit;
    double = !double;
  }
  return sum % 10 === 0;
}
