// International Morse code, ITU-R M.1677-1, section 1.1.
const CODES = {
  A: ".-", B: "-...", C: "-.-.", D: "-..", E: ".", "É": "..-..", F: "..-.", G: "--.", H: "....", I: "..", J: ".---",
  K: "-.-", L: ".-..", M: "--", N: "-.", O: "---", P: ".--.", Q: "--.-", R: ".-.", S: "...", T: "-", U: "..-",
  V: "...-", W: ".--", X: "-..-", Y: "-.--", Z: "--..",
  1: ".----", 2: "..---", 3: "...--", 4: "....-", 5: ".....", 6: "-....", 7: "--...", 8: "---..", 9: "----.", 0: "-----",
  ".": ".-.-.-", ",": "--..--", ":": "---...", "?": "..--..", "'": ".----.", "-": "-....-", "/": "-..-.", "(": "-.--.",
  ")": "-.--.-", '"': ".-..-.", "=": "-...-", "+": ".-.-.", "@": ".--.-.",
};
const CODE_OF = new Map(Object.entries(CODES));
const SIGN_OF = new Map(Object.entries(CODES).map(([sign, code]) => [code, sign]));

function main(input) {
  const result = input.direction === "encode" ? encoded(input.text) : decoded(input.text);
  if (result === "") throw new Error("empty");
  return result;
}

function encoded(text) {
  const plain = text.normalize("NFC").toUpperCase().replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/[–—−]/g, "-");
  return translated(plain, /\s+/, "", CODE_OF, "no_such_sign", " ", " / ");
}

// People type dots and dashes in many ways; words are parted by a slash, a bar, a line break or three spaces.
function decoded(code) {
  const plain = code.replace(/[–—−_]/g, "-").replace(/[·•∙]/g, ".").replace(/…/g, "...");
  return translated(plain, /\s*[\/|\n\r]\s*|\s{3,}/, /\s+/, SIGN_OF, "not_morse", "", " ");
}

function translated(text, betweenWords, betweenSigns, table, refusal, joinSigns, joinWords) {
  const words = text.split(betweenWords).map((word) => word.trim()).filter((word) => word !== "");
  const translate = (sign) => {
    if (!table.has(sign)) throw new Error(refusal);
    return table.get(sign);
  };
  return words.map((word) => word.split(betweenSigns).map(translate).join(joinSigns)).join(joinWords);
}
