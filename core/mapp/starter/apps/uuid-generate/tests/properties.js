function prop_as_many_as_asked_for(input, output) {
  return output.split("\n").length === input.count;
}

function prop_no_two_are_the_same(input, output) {
  return new Set(output.split("\n")).size === input.count;
}

// Version in bits 48 to 51, variant in bits 64 and 65.
function prop_version_and_variant_bits(input, output) {
  return output.split("\n").every((uuid) => {
    const bits = BigInt("0x" + uuid.split("-").join(""));
    return ((bits >> 76n) & 15n) === 4n && ((bits >> 62n) & 3n) === 2n;
  });
}

function prop_written_in_five_groups(input, output) {
  return output.split("\n").every((uuid) => uuid.split("-").map((group) => group.length).join() === "8,4,4,4,12");
}

function meta_one_more_is_one_line_longer(input, run) {
  if (input.count >= 100) return true;
  const length = (count) => run({ count }).output.length;
  return length(input.count + 1) - length(input.count) === 37;
}

function throws_too_many(input) {
  return input.count > 100;
}
