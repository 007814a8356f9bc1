function main({ startBottles: start, takeDown }) {
  if (start - takeDown < -1) throw new Error("too_few_bottles");
  const some = (n) => (n > 1 ? n + " bottles" : ["no more bottles", "1 bottle"][n]) + " of beer";
  const verses = Array.from({ length: takeDown }, (_, i) => {
    const n = start - i;
    if (n === 0) {
      return "No more bottles of beer on the wall, no more bottles of beer.\n" +
        "Go to the store and buy some more, 99 bottles of beer on the wall.";
    }
    return some(n) + " on the wall, " + some(n) + ".\n" +
      "Take " + (n > 1 ? "one" : "it") + " down and pass it around, " + some(n - 1) + " on the wall.";
  });
  return verses.join("\n\n").split("\n");
}
