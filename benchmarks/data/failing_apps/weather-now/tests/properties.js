function prop_summary_is_in_lower_case(input, output) {
  return output.summary === output.summary.toLowerCase();
}

function prop_celsius_stays_within_records(input, output) {
  return input.units !== "metric" || (output.temperature >= -90 && output.temperature <= 60);
}

function prop_temperature_has_one_decimal(input, output) {
  return Math.abs(output.temperature * 10 - Math.round(output.temperature * 10)) < 1e-9;
}
