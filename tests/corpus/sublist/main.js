function contains(list, part) {
  for (let start = 0; start + part.length <= list.length; start += 1) {
    let same = 0;
    while (same < part.length && list[start + same] === part[same]) same += 1;
    if (same === part.length) return true;
  }
  return false;
}

function main({ listOne, listTwo }) {
  const within = contains(listTwo, listOne);
  const around = contains(listOne, listTwo);
  if (within && around) return "equal";
  if (within) return "sublist";
  return around ? "superlist" : "unequal";
}
