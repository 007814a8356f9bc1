const LETTERS = 26;

function main(input) {
  const shift = input.direction === "encrypt" ? input.shift : -input.shift;
  const places = ((shift % LETTERS) + LETTERS) % LETTERS;
  return input.text.replace(/[A-Za-z]/g, (letter) => moved(letter, places));
}

function moved(letter, places) {
  const start = letter <= "Z" ? 65 : 97; // A and a
  return String.fromCharCode(start + ((letter.charCodeAt(0) - start + places) % LETTERS));
}
