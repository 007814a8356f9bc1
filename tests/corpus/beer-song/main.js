function bottles(count) {
  if (count === 0) return "no more bottles of beer";
  return count === 1 ? "1 bottle of beer" : `${count} bottles of beer`;
}

function capitalised(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function verse(count) {
  const here = bottles(count);
  const first = `${capitalised(here)} on the wall, ${here}.`;
  if (count === 0) {
    return [first, "Go to the store and buy some more, 99 bottles of beer on the wall."];
  }
  const which = count === 1 ? "it" : "one";
  return [first, `Take ${which} down and pass it around, ${bottles(count - 1)} on the wall.`];
}

function main({ startBottles, takeDown }) {
  if (takeDown > startBottles + 1) throw Error("too_few_bottles");
  const lines = [];
  for (let sung = 0; sung < takeDown; sung += 1) {
    if (sung > 0) lines.push("");
    lines.push(...verse(startBottles - sung));
  }
  return lines;
}
