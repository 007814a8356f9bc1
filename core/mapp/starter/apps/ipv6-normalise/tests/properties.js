// 128 bits as a big integer, read from the right; null where the text is no address.
function numberOf(text) {
  const dotted = text.match(/^(.*:)([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/);
  if (dotted) {
    const bytes = dotted.slice(2);
    if (bytes.some((byte) => String(Number(byte)) !== byte || Number(byte) > 255)) return null;
    const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, "0"));
    text = dotted[1] + hex[0] + hex[1] + ":" + hex[2] + hex[3];
  }
  const colons = text.split(":").length - 1;
  if (text.includes("::")) {
    const filler = 8 - text.split(":").filter((word) => word !== "").length;
    if (filler < 1) return null;
    const [before, after, more] = text.split("::");
    if (more !== undefined) return null;
    text = [before, Array(filler).fill("0").join(":"), after].filter((part) => part !== "").join(":");
  } else if (colons !== 7) return null;
  const words = text.split(":");
  if (words.length !== 8 || words.some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return null;
  return words.reduce((sum, word) => sum * 65536n + BigInt("0x" + word), 0n);
}

function prop_it_is_the_same_address(input, output) {
  return numberOf(output) !== null && numberOf(output) === numberOf(input.address);
}

function prop_rfc_5952_form(input, output) {
  const words = output.replace(/[0-9]+\..*$/, "").split(":");
  const lower = output === output.toLowerCase();
  const noLeadingZeros = words.every((word) => !/^0[0-9a-f]/.test(word));
  const noTwoZeroGroupsBeforeOrWithoutColons = output.includes("::") || !/(^|:)0:0(:|$)/.test(output);
  return lower && noLeadingZeros && noTwoZeroGroupsBeforeOrWithoutColons;
}

function prop_the_double_colon_takes_the_longest_run(input, output) {
  if (!output.includes("::") || output.includes(".")) return true;
  const hidden = 8 - output.split(":").filter((word) => word !== "").length;
  const left = output.split(":").join(" ").match(/\b0( 0)*\b/g) || [];
  const longestLeft = Math.max(0, ...left.map((run) => run.split(" ").length));
  return hidden > 1 && hidden >= longestLeft;
}

function meta_normal_form_is_kept(input, run) {
  const { output } = run(input);
  return output === undefined || run({ address: output }).output === output;
}

function meta_writing_it_out_in_full_changes_nothing(input, run) {
  const { output } = run(input);
  if (output === undefined) return true;
  const digits = numberOf(output).toString(16).padStart(32, "0").toUpperCase();
  return run({ address: digits.match(/.{4}/g).join(":") }).output === output;
}

function throws_not_an_address(input) {
  return numberOf(input.address) === null;
}
