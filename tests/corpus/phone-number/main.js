function main({ phrase }) {
  if (/[A-Za-z]/.test(phrase)) throw Error("letters");
  if (/[^0-9 ().+-]/.test(phrase)) throw Error("punctuation");
  let digits = phrase.replace(/[^0-9]/g, "");
  if (digits.length < 10) throw Error("too_short");
  if (digits.length > 11) throw Error("too_long");
  if (digits.length === 11) {
    if (digits[0] !== "1") throw Error("country");
    digits = digits.slice(1);
  }
  if (digits[0] === "0") throw Error("area_zero");
  if (digits[0] === "1") throw Error("area_one");
  if (digits[3] === "0") throw Error("exchange_zero");
  if (digits[3] === "1") throw Error("exchange_one");
  return digits;
}
