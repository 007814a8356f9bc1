function main(input) {
  const letters = input.phrase.toLowerCase().match(/[a-z]/g) || [];
  return new Set(letters).size === letters.length;
}
