// Latin letters that Unicode does not decompose into a base letter and a mark.
const PLAIN = {
  "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t",
};

function main(input) {
  const words = plainLatin(input.text).match(/[a-z0-9]+/g);
  if (words === null) throw new Error("nothing_left");
  return words.join(input.separator === "underscore" ? "_" : "-");
}

// Marks and apostrophes go without leaving a gap: "café" is cafe, "don't" is dont.
function plainLatin(text) {
  const bare = text.normalize("NFKD").toLowerCase().replace(/[\p{M}'’]/gu, "");
  return bare.replace(/[ßæœøđðþłħıŋŧ]/g, (letter) => PLAIN[letter]);
}
