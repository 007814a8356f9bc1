function main({ word, guesses }) {
  let hidden = new Set(word);
  let left = 10;
  for (const letter of guesses) {
    if (left === 0) throw new Error("already_lost");
    if (hidden.size === 0) throw new Error("already_won");
    if (!hidden.delete(letter)) left--;
  }
  const maskedWord = [...word].map((letter) => (hidden.has(letter) ? "_" : letter)).join("");
  const ended = left === 0 ? "Lose" : hidden.size === 0 ? "Win" : "Ongoing";
  return { maskedWord, remainingFailures: left > 0 ? left - 1 : 0, state: ended };
}
