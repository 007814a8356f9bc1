const VALUE = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };

// A symbol before a larger one is taken away, every other one is added.
function prop_symbols_add_up_to_the_number(input, output) {
  let sum = 0;
  for (let i = 0; i < output.length; i++) {
    const here = VALUE[output[i]];
    const next = VALUE[output[i + 1]] || 0;
    sum += here < next ? -here : here;
  }
  return sum === input.number;
}

function prop_no_symbol_four_times_in_a_row(input, output) {
  return !/(.)\1\1\1/.test(output);
}

function prop_five_symbols_never_repeat(input, output) {
  return ["V", "L", "D"].every((symbol) => output.split(symbol).length <= 2);
}

function meta_decimal_places_are_written_one_after_another(input, run) {
  const digits = String(input.number);
  let joined = "";
  for (let i = 0; i < digits.length; i++) {
    if (digits[i] === "0") continue;
    joined += run({ number: Number(digits[i]) * 10 ** (digits.length - 1 - i) }).output;
  }
  return joined === run(input).output;
}

function meta_a_thousand_more_puts_an_m_in_front(input, run) {
  if (input.number > 2999) return true;
  return run({ number: input.number + 1000 }).output === "M" + run(input).output;
}
