const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

function main(input) {
  const { a, b, operation } = input;
  if (a % 2 === 0 || a % 13 === 0) throw new Error("not_coprime");
  const encoded = [...ALPHABET].map((_, x) => ALPHABET[(a * x + b) % 26]).join("");
  const [from, to] = operation === "encode" ? [ALPHABET, encoded] : [encoded, ALPHABET];
  let text = "";
  for (const c of input.phrase.toLowerCase()) {
    if (c >= "0" && c <= "9") text += c;
    else if (from.includes(c)) text += to[from.indexOf(c)];
  }
  if (operation === "decode") return text;
  let spaced = "";
  for (let i = 0; i < text.length; i++) spaced += (i > 0 && i % 5 === 0 ? " " : "") + text[i];
  return spaced;
}
