function plain(text) {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function prop_length_and_digits_stay(input, output) {
  const before = plain(input.phrase);
  const after = plain(output);
  if (before.length !== after.length) return false;
  return Array.from(before).every((c, i) => (c <= "9" ? after[i] === c : after[i] > "9"));
}

function prop_encoded_text_comes_in_fives(input, output) {
  if (input.operation === "decode") return !output.includes(" ");
  const groups = output.split(" ");
  const last = groups.pop();
  return groups.every((group) => group.length === 5) && last.length <= 5;
}

function meta_the_other_way_gives_the_text_back(input, run) {
  const there = run(input);
  if (there.error !== undefined) return true;
  const operation = input.operation === "encode" ? "decode" : "encode";
  return plain(run({ ...input, phrase: there.output, operation }).output) === plain(input.phrase);
}

function meta_neighbours_stay_a_apart(input, run) {
  const pair = run({ ...input, phrase: "ab", operation: "encode" });
  if (pair.error !== undefined) return true;
  const [first, second] = [0, 1].map((i) => pair.output.charCodeAt(i) - 97);
  return first === input.b % 26 && (second - first - input.a) % 26 === 0;
}

function throws_not_coprime(input) {
  return input.a % 2 === 0 || input.a % 13 === 0;
}
