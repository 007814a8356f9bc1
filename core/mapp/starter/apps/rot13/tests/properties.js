function prop_each_letter_moves_thirteen_places(input, output) {
  for (let i = 0; i < input.text.length; i += 1) {
    const before = input.text.charCodeAt(i);
    const after = output.charCodeAt(i);
    const letter = (before >= 65 && before <= 90) || (before >= 97 && before <= 122);
    if (letter ? Math.abs(before - after) !== 13 : before !== after) return false;
  }
  return output.length === input.text.length;
}

function prop_capitals_stay_capitals(input, output) {
  return input.text.replace(/[A-Z]/g, "#").replace(/[a-z]/g, "~") === output.replace(/[A-Z]/g, "#").replace(/[a-z]/g, "~");
}

function meta_applied_twice_it_is_undone(input, run) {
  return run({ text: run(input).output }).output === input.text;
}

function meta_parts_are_encoded_by_themselves(input, run) {
  const points = Array.from(input.text);
  if (points.length < 2) return true;
  const half = Math.floor(points.length / 2);
  const parts = [points.slice(0, half).join(""), points.slice(half).join("")];
  return parts.map((text) => run({ text }).output).join("") === run(input).output;
}
