const LETTERS = { 1: "AEIOULNRST", 2: "DG", 3: "BCMP", 4: "FHVWY", 5: "K", 8: "JX", 10: "QZ" };

function scoreOf(letter) {
  for (const points in LETTERS) {
    if (LETTERS[points].includes(letter)) return Number(points);
  }
  return 0;
}

function main({ word }) {
  let total = 0;
  for (const letter of word.toUpperCase()) {
    total += scoreOf(letter);
  }
  return total;
}
