const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

function prop_all_letters_move_by_the_same_distance(input, output) {
  const wanted = (((input.direction === "encrypt" ? input.shift : -input.shift) % 26) + 26) % 26;
  for (let i = 0; i < input.text.length; i += 1) {
    const from = /[A-Za-z]/.test(input.text[i]) ? ALPHABET.indexOf(input.text[i].toLowerCase()) : -1;
    if (from < 0 ? output[i] !== input.text[i] : output[i].toLowerCase() !== ALPHABET[(from + wanted) % 26]) return false;
  }
  return output.length === input.text.length;
}

function prop_capitals_stay_capitals(input, output) {
  return input.text.replace(/[A-Z]/g, "#").replace(/[a-z]/g, "~") === output.replace(/[A-Z]/g, "#").replace(/[a-z]/g, "~");
}

function meta_decrypting_undoes_encrypting(input, run) {
  const back = input.direction === "encrypt" ? "decrypt" : "encrypt";
  return run({ text: run(input).output, shift: input.shift, direction: back }).output === input.text;
}

function meta_a_full_turn_changes_nothing(input, run) {
  const shift = input.shift > 0 ? input.shift - 26 : input.shift + 26;
  return run({ text: input.text, shift, direction: input.direction }).output === run(input).output;
}

function meta_decrypting_is_encrypting_the_other_way(input, run) {
  const direction = input.direction === "encrypt" ? "decrypt" : "encrypt";
  const shift = input.shift === 0 ? 0 : -input.shift;
  return run({ text: input.text, shift, direction }).output === run(input).output;
}
