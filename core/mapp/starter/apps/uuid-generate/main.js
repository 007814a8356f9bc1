const MOST = 100;

// Sixteen bits a draw: every generator behind host.random() has at least that many good ones.
function randomGroup(host) {
  return Math.floor(host.random() * 65536);
}

function uuid(host) {
  const groups = Array.from({ length: 8 }, () => randomGroup(host));
  groups[3] = (groups[3] & 0x0fff) | 0x4000; // version 4
  groups[4] = (groups[4] & 0x3fff) | 0x8000; // the variant of RFC 9562
  const hex = groups.map((group) => group.toString(16).padStart(4, "0"));
  return `${hex[0]}${hex[1]}-${hex[2]}-${hex[3]}-${hex[4]}-${hex[5]}${hex[6]}${hex[7]}`;
}

function main(input, host) {
  if (input.count > MOST) throw Error("too_many");
  return Array.from({ length: input.count }, () => uuid(host)).join("\n");
}
