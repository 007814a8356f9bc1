const DAY = 24 * 60;

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

function main({ hour, minute, operation, value }) {
  let total = hour * 60 + minute;
  if (operation === "add") total += value;
  if (operation === "subtract") total -= value;
  const wrapped = ((total % DAY) + DAY) % DAY;
  return twoDigits(Math.floor(wrapped / 60)) + ":" + twoDigits(wrapped % 60);
}
