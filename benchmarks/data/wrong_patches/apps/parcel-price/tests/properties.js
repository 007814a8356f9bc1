function prop_total_is_the_sum(input, output) {
  return Math.abs(output.total - output.postage - output.insurance) < 0.001;
}

function prop_no_insurance_costs_nothing(input, output) {
  return input.insured > 0 ? output.insurance >= 2.5 : output.insurance === 0;
}

function meta_a_heavier_parcel_is_not_cheaper(input, run) {
  if (input.weight > 15) return true;
  return run({ ...input, weight: input.weight * 2 }).output?.postage >= run(input).output?.postage || input.weight === 0;
}

function throws_too_heavy(input) {
  return input.weight > 31.5;
}
