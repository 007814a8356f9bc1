const SHARP = "A A# B C C# D D# E F F# G G#".split(" ");
const FLAT = "A Bb B C Db D Eb E F Gb G Ab".split(" ");

function main({ tonic, intervals }) {
  const isFlat = tonic.endsWith("b") && tonic !== "b" ? true : ["F", "d", "g", "c", "f"].includes(tonic);
  const notes = isFlat ? FLAT : SHARP;
  const name = tonic.charAt(0).toUpperCase() + tonic.substring(1);
  let at = notes.indexOf(name);
  return [name, ...[...intervals].map((step) => {
    at += " mMA".indexOf(step);
    return notes[at % 12];
  })];
}
