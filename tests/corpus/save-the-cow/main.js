const ALLOWED = 9;

function mask(word, found) {
  return Array.from(word, (letter) => (found.has(letter) ? letter : "_")).join("");
}

function main({ word, guesses }) {
  const found = new Set();
  let failures = 0;
  let state = "Ongoing";
  for (const guess of guesses) {
    if (state === "Lose") throw Error("already_lost");
    if (state === "Win") throw Error("already_won");
    if (word.includes(guess) && !found.has(guess)) found.add(guess);
    else failures += 1;
    if (failures > ALLOWED) state = "Lose";
    else if (!mask(word, found).includes("_")) state = "Win";
  }
  return { state, maskedWord: mask(word, found), remainingFailures: Math.max(0, ALLOWED - failures) };
}
