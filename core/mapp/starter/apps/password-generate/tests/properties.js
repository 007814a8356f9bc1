function prop_has_the_length_asked_for(input, output) {
  return output.length === input.length;
}

function prop_only_characters_of_the_kind_asked_for(input, output) {
  const allowed = { any: /^[!-~]+$/, alphanumeric: /^[A-Za-z0-9]+$/, alphabetic: /^[A-Za-z]+$/, numeric: /^[0-9]+$/ };
  return allowed[input.characters].test(output);
}

function prop_every_kind_is_there(input, output) {
  const small = output !== output.toUpperCase();
  const capital = output !== output.toLowerCase();
  const digit = /[0-9]/.test(output);
  const symbol = /[^A-Za-z0-9]/.test(output);
  const expected = { any: "1111", alphanumeric: "1110", alphabetic: "1100", numeric: "0010" }[input.characters];
  return [small, capital, digit, symbol].map(Number).join("") === expected;
}

// Forty draws and more with fewer than four different characters: less likely than 1 in 10^18.
function prop_a_long_password_is_not_monotonous(input, output) {
  return output.length < 40 || new Set(output).size >= 4;
}

function throws_too_short(input) {
  return input.length < 4;
}

function throws_too_long(input) {
  return input.length > 128;
}
