// An apostrophe stands within a word; whatever else is no letter ends it.
function isLetter(character) {
  return (character >= "a" && character <= "z") || (character >= "A" && character <= "Z");
}

function main({ phrase }) {
  let letters = "";
  let inside = false;
  for (const character of phrase) {
    if (character === "'") continue;
    if (isLetter(character) && !inside) letters += character.toUpperCase();
    inside = isLetter(character);
  }
  return letters;
}
