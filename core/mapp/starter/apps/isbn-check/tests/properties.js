function compact(text) {
  return text.toUpperCase().split("").filter((c) => c !== " " && c !== "-").join("");
}

function isEan13(digits) {
  let odd = 0;
  let even = 0;
  [...digits].forEach((digit, i) => { if (i % 2) odd += Number(digit); else even += Number(digit); });
  return (even + 3 * odd) % 10 === 0;
}

// Running sums twice over, the way that needs no multiplication.
function sumsToMultipleOf11(isbn) {
  let sum = 0;
  let total = 0;
  for (const c of isbn) { sum += c === "X" ? 10 : Number(c); total += sum; }
  return total % 11 === 0;
}

function prop_ten_digit_verdict_agrees_with_running_sums(input, output) {
  return output.kind !== "ISBN-10" || output.valid === sumsToMultipleOf11(compact(input.isbn));
}

function prop_thirteen_digit_verdict_agrees_with_ean(input, output) {
  return output.kind !== "ISBN-13" || output.valid === isEan13(compact(input.isbn));
}

function prop_isbn13_is_given_exactly_when_valid(input, output) {
  if (!output.valid) return output.isbn13 === null;
  const given = compact(input.isbn);
  return isEan13(output.isbn13) && output.isbn13.slice(3, 12) === given.slice(-10, -1);
}

function prop_kind_follows_from_the_length(input, output) {
  const { length } = compact(input.isbn);
  return output.kind === "neither" ? !output.valid : length === (output.kind === "ISBN-10" ? 10 : 13);
}

function meta_the_isbn13_is_valid_itself(input, run) {
  const { isbn13 } = run(input).output;
  if (isbn13 === null) return true;
  const again = run({ isbn: isbn13 }).output;
  return again.valid && again.isbn13 === isbn13;
}

function meta_one_wrong_digit_is_always_noticed(input, run) {
  if (!run(input).output.valid) return true;
  const isbn = compact(input.isbn);
  const place = isbn.length - 2;
  const wrong = (Number(isbn[place]) + 1) % 10;
  return run({ isbn: isbn.slice(0, place) + wrong + isbn.slice(place + 1) }).output.valid === false;
}
