function kindOf(isbn) {
  if (/^[0-9]{9}[0-9X]$/.test(isbn)) return "ISBN-10";
  if (/^97[89][0-9]{10}$/.test(isbn)) return "ISBN-13";
  return "neither";
}

// Weights 10 down to 1, modulus 11; X stands for ten in the last place.
function isValid10(isbn) {
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += (10 - i) * (isbn[i] === "X" ? 10 : Number(isbn[i]));
  return sum % 11 === 0;
}

// Weights 1 and 3 in turn, modulus 10, as for every EAN-13.
function checkDigit13(firstTwelve) {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (i % 2 === 0 ? 1 : 3) * Number(firstTwelve[i]);
  return (10 - (sum % 10)) % 10;
}

function isValid13(isbn) {
  return checkDigit13(isbn) === Number(isbn[12]);
}

function from10To13(isbn) {
  const firstTwelve = "978" + isbn.slice(0, 9);
  return firstTwelve + checkDigit13(firstTwelve);
}

function main(input, host) {
  const isbn = input.isbn.replace(/[ -]/g, "").toUpperCase();
  const kind = kindOf(isbn);
  if (kind === "ISBN-10" && isValid10(isbn)) return { valid: true, kind, isbn13: from10To13(isbn) };
  if (kind === "ISBN-13" && isValid13(isbn)) return { valid: true, kind, isbn13: isbn };
  return { valid: false, kind, isbn13: null };
}
