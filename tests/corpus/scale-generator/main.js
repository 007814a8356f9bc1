const SHARPS = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"];
const FLATS = ["A", "Bb", "B", "C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab"];
const FLAT_KEYS = ["F", "Bb", "Eb", "Ab", "Db", "Gb", "d", "g", "c", "f", "bb", "eb"];
const STEPS = { m: 1, M: 2, A: 3 };

function main({ tonic, intervals }) {
  const notes = FLAT_KEYS.includes(tonic) ? FLATS : SHARPS;
  let place = notes.indexOf(tonic[0].toUpperCase() + tonic.slice(1));
  const scale = [notes[place]];
  for (const interval of intervals) {
    place = (place + STEPS[interval]) % notes.length;
    scale.push(notes[place]);
  }
  return scale;
}
