// Length of an IBAN by country code, from the SWIFT IBAN Registry.
const COUNTRIES_BY_LENGTH = {
  15: "NO",
  16: "BE",
  18: "DK FI FK FO GL NL SD",
  19: "MK SI",
  20: "AT BA EE KZ LT LU MN XK",
  21: "CH HR LI LV",
  22: "BG BH CR DE GB GE IE ME RS VA",
  23: "AE GI IL IQ OM SO TL",
  24: "AD CZ ES MD PK RO SA SE SK TN VG",
  25: "LY PT ST",
  26: "IS TR",
  27: "BI DJ FR GR IT MC MR SM",
  28: "AL AZ BY CY DO EG GT HN HU LB NI PL SV",
  29: "BR PS QA UA",
  30: "JO KW MU YE",
  31: "MT SC",
  32: "LC",
  33: "RU",
};

function lengthFor(country) {
  for (const [length, countries] of Object.entries(COUNTRIES_BY_LENGTH)) {
    if (countries.split(" ").includes(country)) return Number(length);
  }
  return null;
}

// ISO 7064: the first four characters go to the end, A is 10 ... Z is 35, the remainder of 97 has to be 1.
function remainderOf97(iban) {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

function hasRightCheckDigits(iban) {
  const checkDigits = Number(iban.slice(2, 4));
  // 00, 01 and 99 leave the same remainder as 97, 98 and 02, but are never issued.
  return checkDigits >= 2 && checkDigits <= 98 && remainderOf97(iban) === 1;
}

function judge(iban) {
  const length = lengthFor(iban.slice(0, 2));
  if (length === null) return "unknown country";
  if (iban.length !== length) return "wrong length";
  return hasRightCheckDigits(iban) ? "ok" : "wrong check digits";
}

function main(input, host) {
  const iban = input.iban.replace(/[ -]/g, "").toUpperCase();
  const reason = judge(iban);
  return {
    valid: reason === "ok",
    reason,
    country: iban.slice(0, 2),
    formatted: iban.match(/.{1,4}/g).join(" "),
  };
}
