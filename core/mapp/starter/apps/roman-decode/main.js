// One group of letters for each decimal place: thousands, hundreds, tens, ones.
const STANDARD_FORM = /^(M{0,3})(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$/;
const VALUES = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };

function valueOf(numeral) {
  let total = 0;
  let highest = 0;
  // From the right, a letter smaller than one already seen is subtracted.
  for (let i = numeral.length - 1; i >= 0; i--) {
    const value = VALUES[numeral[i]];
    total += value < highest ? -value : value;
    highest = Math.max(highest, value);
  }
  return total;
}

function main(input, host) {
  const numeral = input.numeral.toUpperCase();
  if (!STANDARD_FORM.test(numeral)) throw Error("not_a_numeral");
  return valueOf(numeral);
}
