function main({ listOne, listTwo }) {
  const one = "," + listOne.map((n) => n + ",").join("");
  const two = "," + listTwo.map((n) => n + ",").join("");
  if (one === two) return "equal";
  if (two.includes(one)) return "sublist";
  if (one.includes(two)) return "superlist";
  return "unequal";
}
