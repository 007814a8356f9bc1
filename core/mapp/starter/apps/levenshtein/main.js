// Wagner and Fischer's table, of which only the last row is kept. Characters are Unicode code points.
function main(input) {
  const from = [...input.a];
  const to = [...input.b];
  let row = [...to.keys(), to.length]; // from nothing: one insertion for each character
  for (let i = 0; i < from.length; i += 1) row = nextRow(row, from[i], to, i + 1);
  return row[to.length];
}

function nextRow(above, character, to, first) {
  const row = [first];
  for (let j = 0; j < to.length; j += 1) {
    const substituted = above[j] + (character === to[j] ? 0 : 1);
    row.push(Math.min(substituted, above[j + 1] + 1, row[j] + 1));
  }
  return row;
}
