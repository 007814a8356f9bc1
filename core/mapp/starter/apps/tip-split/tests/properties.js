function cents(amount) {
  return Math.round(amount * 100);
}

function prop_total_is_bill_plus_tip(input, output) {
  const gap = output.total - output.tip - input.bill;
  return Math.abs(gap) <= 0.0050001 + input.bill * 1e-14;
}

function prop_tip_is_the_percentage_of_the_bill(input, output) {
  const exact = input.bill * (input.percent / 100);
  return Math.abs(output.tip - exact) <= 0.0100001 + input.bill * 1e-14;
}

// The shares cover the total, and a cent less each would not.
function prop_shares_just_cover_the_total(input, output) {
  const paid = cents(output.per_person) * input.people;
  return paid >= cents(output.total) && paid - input.people < cents(output.total);
}

function meta_one_person_pays_the_total(input, run) {
  const alone = run({ bill: input.bill, percent: input.percent, people: 1 }).output;
  return alone.per_person === alone.total && alone.total === run(input).output.total;
}

function meta_more_people_pay_no_more_each(input, run) {
  if (input.people > 500) return true;
  return run({ ...input, people: input.people * 2 }).output.per_person <= run(input).output.per_person;
}
