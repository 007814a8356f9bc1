const PITCH = { A: 0, B: 2, C: 3, D: 5, E: 7, F: 8, G: 10 };

function pitch(note) {
  return (PITCH[note[0]] + (note[1] === "#" ? 1 : note[1] === "b" ? 11 : 0)) % 12;
}

function prop_it_begins_with_the_tonic(input, output) {
  return output[0].toLowerCase() === input.tonic.toLowerCase();
}

function prop_one_note_for_each_step_and_the_first(input, output) {
  return output.length === input.intervals.length + 1;
}

function prop_notes_are_as_far_apart_as_the_steps_say(input, output) {
  return Array.from(input.intervals).every((step, i) =>
    (pitch(output[i + 1]) - pitch(output[i]) + 12) % 12 === " mMA".indexOf(step));
}

function prop_sharps_and_flats_are_not_mixed(input, output) {
  const notes = output.join(" ");
  return !(/#/.test(notes) && /b/.test(notes));
}

function meta_half_tones_go_around_all_twelve(input, run) {
  const notes = run({ tonic: input.tonic, intervals: "mmmmmmmmmmmm" }).output;
  return notes[0] === notes[12] && new Set(notes).size === 12;
}
