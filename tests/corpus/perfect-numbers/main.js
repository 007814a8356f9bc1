function aliquotSum(number) {
  let sum = number === 1 ? 0 : 1;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor !== 0) continue;
    const partner = number / divisor;
    sum += divisor;
    if (partner !== divisor) sum += partner;
  }
  return sum;
}

function main({ number }) {
  if (number <= 0) throw Error("not_positive");
  const sum = aliquotSum(number);
  if (sum === number) return "perfect";
  return sum > number ? "abundant" : "deficient";
}
