// Letter cases. The prose styles (upper, lower, title, sentence) change letters only; the identifier styles
// rebuild each line from its words.

const WORD_OR_OTHER = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu;
// An identifier is cut where a small letter or digit meets a capital, and before the last capital of an
// acronym that runs into a word: "parseHTTPHeader" is parse, HTTP, Header.
const IDENTIFIER_WORD = /\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[^\p{Lu}]+|\p{Lu}+/gu;

function main(input) {
  const convert = STYLES[input.style];
  return input.text.split(/(\r\n|\r|\n)/).map((part, i) => (i % 2 === 1 ? part : convert(part))).join("");
}

const STYLES = {
  upper: (line) => line.toUpperCase(),
  lower: (line) => line.toLowerCase(),
  title: (line) => line.replace(WORD_OR_OTHER, capitalised),
  sentence: sentenceCase,
  camel: (line) => identifierWords(line).map((word, i) => (i === 0 ? word.toLowerCase() : capitalised(word))).join(""),
  pascal: (line) => identifierWords(line).map(capitalised).join(""),
  snake: (line) => identifierWords(line).join("_").toLowerCase(),
  kebab: (line) => identifierWords(line).join("-").toLowerCase(),
  constant: (line) => identifierWords(line).join("_").toUpperCase(),
};

// Some letters have a capital of two letters, of which only the first stays large: "ß" gives "Ss".
function capitalised(word) {
  const first = String.fromCodePoint(word.codePointAt(0));
  const [initial, ...rest] = first.toUpperCase();
  return initial + (rest.join("") + word.slice(first.length)).toLowerCase();
}

// A sentence begins with the line, and after a word that ends in a full stop, question or exclamation mark. One
// word at a time: a single pattern over the whole line would look ahead again and again.
function sentenceCase(line) {
  let opening = true;
  return line.toLowerCase().replace(/\S+/g, (word) => {
    const starts = opening && /[\p{L}\p{N}]/u.test(word);
    opening = (opening && !starts) || /[.!?…]["'”’)]*$/.test(word);
    return starts ? word.replace(/^[^\p{L}\p{N}]*\p{L}/u, capitalLast) : word;
  });
}

function capitalLast(opening) {
  const letter = [...opening].at(-1);
  return opening.slice(0, -letter.length) + capitalised(letter);
}

// Apostrophes join ("don't" is one word, dont); everything else that is no letter or digit separates.
function identifierWords(line) {
  const chunks = line.replace(/(?<=\p{L})['’](?=\p{L})/gu, "").match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return chunks.flatMap((chunk) => chunk.match(IDENTIFIER_WORD) ?? []);
}
