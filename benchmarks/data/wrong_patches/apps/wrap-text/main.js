function main({ text, width, hang }) {
  return text
    .split(/\r\n|\n|\r/)
    .map((paragraph) => wrapped(paragraph, width, hang))
    .join("\n");
}

function wrapped(paragraph, width, hang) {
  const margin = " ".repeat(hang);
  const lines = [];
  let line = [];
  const room = () => (lines.length === 0 ? width : width - hang);
  const finish = () => {
    lines.push((lines.length === 0 ? "" : margin) + line.join(""));
    line = [];
  };
  for (const word of paragraph.split(/\s+/)) {
    if (word === "") continue;
    let rest = [...word];
    if (line.length > 0 && line.length + 1 + rest.length > room()) finish();
    if (line.length > 0) line.push(" ");
    while (rest.length > room()) {
      const most = room();
      line = rest.slice(0, most);
      rest = rest.slice(most);
      finish();
    }
    line.push(...rest);
  }
  finish();
  return lines.join("\n");
}
