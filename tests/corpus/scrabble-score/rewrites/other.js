const VALUES = [1, 3, 3, 2, 1, 4, 2, 4, 1, 8, 5, 1, 3, 1, 1, 3, 10, 1, 1, 1, 1, 4, 4, 8, 4, 10];

function main(input) {
  return [...input.word.toLowerCase()].reduce((sum, letter) => sum + VALUES[letter.charCodeAt(0) - 97], 0);
}
