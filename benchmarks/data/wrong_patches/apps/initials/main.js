const PARTICLES = new Set(["von", "van", "de", "der", "den", "la", "di", "da"]);

function main({ name, style }) {
  const parts = name
    .normalize("NFC")
    .trim()
    .split(/[\s-]+/)
    .map(lettersOnly)
    .filter((part) => part !== "");
  if (parts.length === 0) throw new Error("no_letters");
  const named = parts.filter((part, at) => at === 0 || !PARTICLES.has(part));
  const letters = named.map(initial);
  if (style === "full") return letters.map((letter) => `${letter}.`).join(" ");
  return letters.length === 1 ? letters[0] : letters[0] + letters[letters.length - 1];
}

function lettersOnly(part) {
  return part.replace(/[^\p{L}\p{M}]/gu, "");
}

function initial(part) {
  return [...part][0].toUpperCase();
}
