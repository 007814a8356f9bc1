const ONES = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
const TENS = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"];
const HUNDREDS = ["", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"];

// The numeral of a number, read off a table of decimal places.
function written(number) {
  const place = (size) => Math.floor(number / size) % 10;
  return "M".repeat(Math.floor(number / 1000)) + HUNDREDS[place(100)] + TENS[place(10)] + ONES[place(1)];
}

function isWritten(numeral) {
  for (let number = 1; number <= 3999; number++) if (written(number) === numeral) return true;
  return false;
}

function prop_writing_the_number_gives_the_numeral_back(input, output) {
  return written(output) === input.numeral.toUpperCase();
}

function prop_never_more_than_the_letters_added_up(input, output) {
  const value = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
  let sum = 0;
  for (const letter of input.numeral.toUpperCase()) sum += value[letter];
  return output <= sum && (sum - output) % 2 === 0;
}

function meta_small_letters_read_like_capitals(input, run) {
  const small = run({ numeral: input.numeral.toLowerCase() });
  const capital = run({ numeral: input.numeral.toUpperCase() });
  return small.output === capital.output && small.error === capital.error;
}

function meta_an_m_in_front_adds_a_thousand(input, run) {
  const { output } = run(input);
  if (output === undefined || output > 2999) return true;
  return run({ numeral: "M" + input.numeral }).output === output + 1000;
}

function throws_not_a_numeral(input) {
  return !isWritten(input.numeral.toUpperCase());
}
