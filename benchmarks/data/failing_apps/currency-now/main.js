function main({ amount, from, to }, host) {
  if (from === to) {
    const { date } = latest(host, from, "");
    return { amount: cents(amount), rate: 1, date };
  }
  const { rates, date } = latest(host, from, to);
  if (!(to in rates)) throw new Error("unknown_currency");
  return { amount: cents(amount * rates[to]), rate: rates[to], date };
}

function latest(host, base, symbols) {
  const query = symbols ? `base=${base}&symbols=${symbols}` : `base=${base}`;
  const answer = host.http({ url: `https://rates.centralbank.example/latest?${query}` });
  const body = JSON.parse(answer.body);
  if (answer.status === 422) throw new Error("unknown_currency");
  if (answer.status >= 400) throw new Error(`rates: ${answer.status} ${body.message}`);
  return body;
}

function cents(amount) {
  return Math.round(Number((amount * 100).toPrecision(15))) / 100;
}
