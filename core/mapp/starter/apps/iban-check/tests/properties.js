function compact(text) {
  return text.split(/[ -]+/).join("").toUpperCase();
}

// The rearranged IBAN as one big integer.
function bigRemainder(iban) {
  const digits = [...iban.slice(4) + iban.slice(0, 4)].map((c) => (c >= "A" ? String(c.charCodeAt(0) - 55) : c)).join("");
  return BigInt(digits) % 97n;
}

function prop_a_valid_iban_leaves_one_by_97(input, output) {
  return !output.valid || bigRemainder(compact(input.iban)) === 1n;
}

function prop_wrong_check_digits_means_just_that(input, output) {
  if (output.reason !== "wrong check digits") return output.valid === (output.reason === "ok");
  const iban = compact(input.iban);
  return bigRemainder(iban) !== 1n || ["00", "01", "99"].includes(iban.slice(2, 4));
}

function prop_formatting_keeps_every_character(input, output) {
  return output.formatted.split(" ").join("") === compact(input.iban) && output.country === output.formatted.slice(0, 2);
}

function prop_a_valid_iban_has_15_to_34_characters(input, output) {
  const { length } = compact(input.iban);
  return !output.valid || (length >= 15 && length <= 34);
}

function meta_the_formatted_iban_is_judged_the_same(input, run) {
  const first = run(input).output;
  return JSON.stringify(run({ iban: first.formatted }).output) === JSON.stringify(first);
}

// 98 minus the remainder with check digits 00 are the check digits that fit.
function meta_computed_check_digits_are_accepted(input, run) {
  const { reason } = run(input).output;
  if (reason === "unknown country" || reason === "wrong length") return true;
  const iban = compact(input.iban);
  const right = String(98n - bigRemainder(iban.slice(0, 2) + "00" + iban.slice(4))).padStart(2, "0");
  return run({ iban: iban.slice(0, 2) + right + iban.slice(4) }).output.valid;
}
