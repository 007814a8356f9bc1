const FIRST_LETTERS = "ABCDEFGHIJKL";

function prop_letters_are_those_of_the_cups(input, output) {
  const place = FIRST_LETTERS.indexOf(input.student[0]);
  const letters = output.map((plant) => plant[0].toUpperCase()).join("");
  const [front, back] = input.diagram.split("\n").map((row) => row.slice(2 * place, 2 * place + 2));
  return letters === front + back;
}

function meta_swapping_the_rows_swaps_the_pairs(input, run) {
  const there = run(input).output;
  if (there === undefined) return true;
  const turned = run({ ...input, diagram: input.diagram.split("\n").reverse().join("\n") }).output;
  return JSON.stringify([...turned.slice(2), ...turned.slice(0, 2)]) === JSON.stringify(there);
}

function meta_two_cups_in_front_are_alices(input, run) {
  if (input.diagram.length > 44) return true;
  const diagram = input.diagram.split("\n").map((row) => "VC" + row).join("\n");
  const plants = run({ diagram, student: "Alice" }).output;
  return plants === undefined || plants.join() === "violets,clover,violets,clover";
}

function throws_uneven_rows(input) {
  return input.diagram.indexOf("\n") * 2 + 1 !== input.diagram.length;
}

function throws_no_cups(input) {
  const width = input.diagram.indexOf("\n");
  const children = Math.floor(width / 2);
  return width * 2 + 1 === input.diagram.length && FIRST_LETTERS.indexOf(input.student[0]) >= children;
}
