const GROUPS = 8;

function fail() {
  throw Error("not_an_address");
}

// A dotted IPv4 tail stands for the last two groups.
function parseDotted(text) {
  const parts = text.split(".");
  const good = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  if (!good) fail();
  const [a, b, c, d] = parts.map(Number);
  return [a * 256 + b, c * 256 + d];
}

function parseGroups(text, mayEndDotted) {
  if (text === "") return [];
  const words = text.split(":");
  return words.flatMap((word, i) => {
    if (mayEndDotted && i === words.length - 1 && word.includes(".")) return parseDotted(word);
    return /^[0-9A-Fa-f]{1,4}$/.test(word) ? [parseInt(word, 16)] : fail();
  });
}

function parseAddress(text) {
  const halves = text.split("::");
  if (halves.length > 2) fail();
  if (halves.length === 1) {
    const groups = parseGroups(text, true);
    return groups.length === GROUPS ? groups : fail();
  }
  const head = parseGroups(halves[0], false);
  const tail = parseGroups(halves[1], true);
  const missing = GROUPS - head.length - tail.length;
  if (missing < 1) fail();
  return [...head, ...Array(missing).fill(0), ...tail];
}

// The first of the longest runs of zero groups; a single zero group is not shortened (RFC 5952, 4.2).
function longestZeroRun(groups) {
  let best = { start: 0, length: 1 };
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  });
  return best.length > 1 ? best : null;
}

function isMappedIpv4(groups) {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

function formatAddress(groups) {
  if (isMappedIpv4(groups)) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
    return "::ffff:" + bytes.join(".");
  }
  const words = groups.map((group) => group.toString(16));
  const run = longestZeroRun(groups);
  if (!run) return words.join(":");
  return words.slice(0, run.start).join(":") + "::" + words.slice(run.start + run.length).join(":");
}

function main(input, host) {
  return formatAddress(parseAddress(input.address));
}
