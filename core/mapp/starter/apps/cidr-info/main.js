function parseAddress(text) {
  const parts = text.split(".");
  // A leading zero is refused: some programs read 010 as octal 8.
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part[0] === "0"))) throw Error("bad_address");
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

function parsePrefix(text) {
  const prefix = Number(text);
  if (prefix > 32) throw Error("bad_prefix");
  return prefix;
}

// Division instead of bit operators: JavaScript's are signed and end at 31 bits.
function dotted(address) {
  return [16777216, 65536, 256, 1].map((place) => Math.floor(address / place) % 256).join(".");
}

function main(input, host) {
  const [addressText, prefixText] = input.cidr.split("/");
  const address = parseAddress(addressText);
  const prefix = parsePrefix(prefixText);
  const addresses = 2 ** (32 - prefix);
  const network = address - (address % addresses);
  const last = network + addresses - 1;
  // RFC 3021: both addresses of a /31 are hosts; a /32 is one host.
  const reserved = prefix >= 31 ? 0 : 1;
  return {
    network: dotted(network),
    broadcast: dotted(last),
    netmask: dotted(4294967296 - addresses),
    wildcard: dotted(addresses - 1),
    prefix,
    first_host: dotted(network + reserved),
    last_host: dotted(last - reserved),
    addresses,
    hosts: addresses - 2 * reserved,
  };
}
