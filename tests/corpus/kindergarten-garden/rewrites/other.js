const NAMES = { V: "violets", R: "radishes", C: "clover", G: "grass" };

function main(input) {
  const [front, back] = input.diagram.split("\n");
  if (front.length !== back.length) throw new Error("uneven_rows");
  const first = (input.student.charCodeAt(0) - "A".charCodeAt(0)) * 2;
  if (first > front.length - 2) throw new Error("no_cups");
  const cups = front.slice(first, first + 2) + back.slice(first, first + 2);
  return [...cups].map((cup) => NAMES[cup]);
}
