function digitsOf(input) {
  return input.phrase.split("").filter((c) => "0123456789".includes(c)).join("");
}

function isWritten(input) {
  return input.phrase.split("").every((c) => "0123456789 ().+-".includes(c));
}

// The ten digits, or "" where there are not so many.
function local(input) {
  const digits = digitsOf(input);
  if (!isWritten(input)) return "";
  if (digits.length === 10) return digits;
  return digits.length === 11 && digits.startsWith("1") ? digits.substring(1) : "";
}

function prop_the_last_ten_digits_stay(input, output) {
  return digitsOf(input).slice(-10) === output;
}

function meta_the_country_code_does_not_matter(input, run) {
  const clean = run(input).output;
  if (clean === undefined) return true;
  return run({ phrase: "+1 (" + clean.slice(0, 3) + ") " + clean.slice(3) }).output === clean;
}

function meta_any_ten_digits_from_two_up_are_a_number(input, run) {
  const digits = (digitsOf(input) + "2345678923").slice(0, 10).replace(/[01]/g, "7");
  return run({ phrase: digits }).output === digits;
}

function throws_letters(input) {
  return input.phrase.toLowerCase() !== input.phrase.toUpperCase();
}

function throws_punctuation(input) {
  return input.phrase.toLowerCase() === input.phrase.toUpperCase() && !isWritten(input);
}

function throws_too_short(input) {
  return isWritten(input) && digitsOf(input).length <= 9;
}

function throws_too_long(input) {
  return isWritten(input) && digitsOf(input).length >= 12;
}

function throws_country(input) {
  return isWritten(input) && digitsOf(input).length === 11 && !digitsOf(input).startsWith("1");
}

function throws_area_zero(input) {
  return local(input).startsWith("0");
}

function throws_area_one(input) {
  return local(input).startsWith("1");
}

function throws_exchange_zero(input) {
  return /^[2-9]..0/.test(local(input));
}

function throws_exchange_one(input) {
  return /^[2-9]..1/.test(local(input));
}
