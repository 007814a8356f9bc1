function main(input) {
  const lines = input.lines;
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  return Array.from({ length: width }, (_, column) => {
    let last = lines.length - 1;
    while (lines[last].length <= column) last--;
    return lines.slice(0, last + 1).map((line) => line.charAt(column) || " ").join("");
  });
}
