function main({ phrase }) {
  const seen = new Set();
  for (const character of phrase.toLowerCase()) {
    if (character < "a" || character > "z") continue;
    if (seen.has(character)) return false;
    seen.add(character);
  }
  return true;
}
