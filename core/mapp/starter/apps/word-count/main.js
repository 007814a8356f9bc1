function main(input) {
  const { text } = input;
  const words = text.match(/\S+/g) ?? [];
  return {
    words: words.length,
    characters: codePoints(text),
    characters_without_spaces: words.reduce((sum, word) => sum + codePoints(word), 0),
    lines: countLines(text),
    sentences: countSentences(words),
  };
}

function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function countLines(text) {
  if (text === "") return 0;
  const breaks = text.match(/\r\n|\r|\n/g) ?? [];
  return breaks.length + (/[\r\n]$/.test(text) ? 0 : 1);
}

// A stop inside a word ("3.5", "e.g") ends nothing: only a stop at the end of a word does, closing quotes and
// brackets aside. A stretch without any letter or digit ("...") is no sentence.
function countSentences(words) {
  let sentences = 0;
  let open = false;
  for (const word of words) {
    open ||= /[\p{L}\p{N}]/u.test(word);
    if (!open || !/[.!?…。！？]["'”’»)\]]*$/.test(word)) continue;
    sentences += 1;
    open = false;
  }
  return sentences + (open ? 1 : 0);
}
