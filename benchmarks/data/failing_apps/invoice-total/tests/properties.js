function prop_gross_is_net_and_tax(input, output) {
  return Math.abs(output.gross - output.net - output.tax) < 0.006 + output.gross * 1e-9;
}

function prop_discount_is_at_most_15_percent(input, output) {
  return output.discount <= (output.net + output.discount) * 0.15 + 0.02;
}

function prop_no_tax_at_zero_percent(input, output) {
  return input.tax !== 0 || output.tax === 0;
}
