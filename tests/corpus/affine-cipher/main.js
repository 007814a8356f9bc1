const SIZE = 26;
const FIRST = "a".charCodeAt(0);

// The number that a has to be multiplied by to give 1, or 0 where there is none.
function inverseOf(a) {
  for (let candidate = 1; candidate < SIZE; candidate += 1) {
    if ((a * candidate) % SIZE === 1) return candidate;
  }
  return 0;
}

function shifted(character, convert) {
  if (character >= "0" && character <= "9") return character;
  const place = character.charCodeAt(0) - FIRST;
  return String.fromCharCode(FIRST + convert(place));
}

function main({ phrase, a, b, operation }) {
  const inverse = inverseOf(a);
  if (inverse === 0) throw Error("not_coprime");
  const encode = (place) => (a * place + b) % SIZE;
  const decode = (place) => (inverse * (place + 3 * SIZE - b)) % SIZE;
  const convert = operation === "encode" ? encode : decode;
  const kept = phrase.toLowerCase().replace(/[^a-z0-9]/g, "");
  const text = Array.from(kept, (character) => shifted(character, convert)).join("");
  return operation === "encode" ? (text.match(/.{1,5}/g) || []).join(" ") : text;
}
