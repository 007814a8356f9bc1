// Letters by their value in the English edition.
const LETTERS_WORTH = { 1: "AEILNORSTU", 2: "DG", 3: "BCMP", 4: "FHVWY", 5: "K", 8: "JX", 10: "QZ" };
const WORD_TIMES = { none: 1, double_word: 2, triple_word: 3 };

function main(input) {
  const points = [...input.word.toUpperCase()].reduce((sum, letter) => sum + valueOf(letter), 0);
  return points * WORD_TIMES[input.bonus];
}

function valueOf(letter) {
  return Number(Object.keys(LETTERS_WORTH).find((value) => LETTERS_WORTH[value].includes(letter)));
}
