const LINE = /^(?:([0-9]{1,4})\s*x\s+)?(.*\S)\s+([0-9]{1,6}(?:[.,][0-9]{1,2})?)$/i;

function main({ list }) {
  let items = 0;
  let cents = 0;
  for (const raw of list.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const found = LINE.exec(line);
    if (found === null) throw new Error("unreadable");
    const amount = found[1] === undefined ? 1 : Number(found[1]);
    items += amount;
    cents += amount * Math.round(Number(found[3].replace(",", ".")) * 100);
  }
  return { items, total: cents / 100 };
}
