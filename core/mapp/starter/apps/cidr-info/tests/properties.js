function bits(address) {
  return address.split(".").map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}

function prop_network_has_zeros_and_broadcast_ones_after_the_prefix(input, output) {
  const kept = bits(input.cidr.split("/")[0]).slice(0, output.prefix);
  return bits(output.network) === kept.padEnd(32, "0") && bits(output.broadcast) === kept.padEnd(32, "1");
}

function prop_netmask_is_as_many_ones_as_the_prefix_says(input, output) {
  return bits(output.netmask) === "1".repeat(output.prefix).padEnd(32, "0")
    && output.prefix === Number(input.cidr.split("/")[1]);
}

function prop_wildcard_is_the_netmask_turned_over(input, output) {
  const mask = output.netmask.split(".");
  return output.wildcard.split(".").every((part, i) => Number(part) + Number(mask[i]) === 255);
}

function prop_hosts_run_from_first_to_last(input, output) {
  const number = (address) => parseInt(bits(address), 2);
  const usable = number(output.last_host) - number(output.first_host) + 1;
  const all = number(output.broadcast) - number(output.network) + 1;
  return usable === output.hosts && all === output.addresses && all - usable === (output.prefix < 31 ? 2 : 0);
}

function meta_every_address_of_a_network_tells_the_same(input, run) {
  const { output } = run(input);
  if (output === undefined) return true;
  return [output.network, output.broadcast, output.last_host]
    .every((address) => JSON.stringify(run({ cidr: address + "/" + output.prefix }).output) === JSON.stringify(output));
}

function hasBadAddress(cidr) {
  return cidr.split("/")[0].split(".").some((part) => String(Number(part)) !== part || Number(part) > 255);
}

function throws_bad_address(input) {
  return hasBadAddress(input.cidr);
}

function throws_bad_prefix(input) {
  return !hasBadAddress(input.cidr) && Number(input.cidr.split("/")[1]) > 32;
}
