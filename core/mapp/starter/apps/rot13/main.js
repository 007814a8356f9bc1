const PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MOVED = "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm";

function main(input) {
  return input.text.replace(/[A-Za-z]/g, (letter) => MOVED[PLAIN.indexOf(letter)]);
}
