const OPPOSITE = { older: "newer", same: "same", newer: "older" };

function core(version) {
  return version.replace(/^v/, "").replace(/[-+].*$/, "").split(".").map(BigInt);
}

function preRelease(version) {
  const found = /^v?[0-9.]+-([^+]*)/.exec(version);
  return found ? found[1] : "";
}

/** Compares major, minor and patch with big integers: "" when they are equal. */
function orderOfCores(a, b) {
  const [left, right] = [core(a), core(b)];
  const i = left.findIndex((number, place) => number !== right[place]);
  return i < 0 ? "" : left[i] < right[i] ? "older" : "newer";
}

/** A text that sorts as the pre-release does: numbers by length and value before words, none at all last. */
function sortKey(version) {
  const words = preRelease(version);
  if (words === "") return "~";
  const key = (word) => (/^[0-9]+$/.test(word) ? `1${String(word.length).padStart(3, "0")}${word}` : `2${word}`);
  return `!${words.split(".").map(key).join(" ")}`;
}

function prop_the_numbers_decide_first(input, output) {
  const order = orderOfCores(input.a, input.b);
  return order === "" || output.order === order;
}

function prop_then_the_pre_release_decides(input, output) {
  if (orderOfCores(input.a, input.b) !== "") return true;
  const [left, right] = [sortKey(input.a), sortKey(input.b)];
  return output.order === (left < right ? "older" : left > right ? "newer" : "same");
}

function prop_the_newest_is_the_one_that_the_order_names(input, output) {
  return output.newest === (output.order === "older" ? input.b : input.a);
}

function meta_turning_the_two_turns_the_order(input, run) {
  const turned = run({ a: input.b, b: input.a }).output;
  return turned.order === OPPOSITE[run({ a: input.a, b: input.b }).output.order];
}

function meta_a_version_is_the_same_as_itself_whatever_its_build(input, run) {
  const bare = input.a.split("+")[0];
  if (bare.length > 110) return true;
  return run({ a: `${bare}+build.7`, b: input.a }).output.order === "same";
}

function meta_a_pre_release_comes_before_its_release(input, run) {
  const release = core(input.b).join(".");
  if (preRelease(input.b) === "") return true;
  return run({ a: input.b, b: release }).output.order === "older";
}
