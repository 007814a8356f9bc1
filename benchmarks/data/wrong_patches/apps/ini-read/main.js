const SECTION = /^\[([^\]]+)\]$/;

function main({ text }) {
  const settings = new Map();
  let section = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith(";") || line.startsWith("#")) continue;
    const header = SECTION.exec(line);
    if (header !== null) {
      section = header[1].trim();
      continue;
    }
    const at = line.indexOf("=");
    if (at < 1) throw new Error("unreadable");
    const key = line.slice(0, at).trim().toLowerCase();
    const value = bare(line.slice(at + 1).trim());
    settings.set(`${section}\n${key}`, { section, key, value });
  }
  return [...settings.values()];
}

function bare(value) {
  if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) return value.slice(1, -1);
  const comment = value.search(/\s[;#]/);
  return comment < 0 ? value : value.slice(0, comment).trim();
}
