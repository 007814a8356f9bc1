function refuse(code) {
  throw new Error(code);
}

function main(input) {
  const { phrase } = input;
  if (phrase.toLowerCase() !== phrase.toUpperCase()) refuse("letters");
  const digits = [];
  for (const c of phrase) {
    if (c >= "0" && c <= "9") digits.push(c);
    else if (!" ().+-".includes(c)) refuse("punctuation");
  }
  if (digits.length < 10) refuse("too_short");
  if (digits.length > 11) refuse("too_long");
  if (digits.length === 11 && digits.shift() !== "1") refuse("country");
  for (const [place, name] of [[0, "area"], [3, "exchange"]]) {
    if (digits[place] < "2") refuse(name + (digits[place] === "0" ? "_zero" : "_one"));
  }
  return digits.join("");
}
