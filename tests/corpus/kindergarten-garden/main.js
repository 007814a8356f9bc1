const STUDENTS = [
  "Alice", "Bob", "Charlie", "David", "Eve", "Fred",
  "Ginny", "Harriet", "Ileana", "Joseph", "Kincaid", "Larry",
];
const PLANTS = { V: "violets", R: "radishes", C: "clover", G: "grass" };

function main({ diagram, student }) {
  const rows = diagram.split("\n");
  if (rows[0].length !== rows[1].length) throw Error("uneven_rows");
  const left = 2 * STUDENTS.indexOf(student);
  if (left + 2 > rows[0].length) throw Error("no_cups");
  const plants = [];
  for (const row of rows) {
    for (let column = left; column < left + 2; column += 1) {
      plants.push(PLANTS[row[column]]);
    }
  }
  return plants;
}
