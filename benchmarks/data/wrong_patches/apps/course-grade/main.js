const GRADES = [[90, "A"], [80, "B"], [70, "C"], [60, "D"], [0, "F"]];

function main({ homework, exam, exam_weight }) {
  const score = homework.length === 0 ? exam : weighted(average(withoutLowest(homework)), exam, exam_weight);
  const rounded = Math.round(score * 10) / 10;
  return { score: rounded, grade: GRADES.find(([from]) => rounded >= from)[1] };
}

function withoutLowest(scores) {
  if (scores.length < 3) return scores;
  const lowest = scores.indexOf(Math.min(...scores));
  return scores.filter((_, at) => at !== lowest);
}

function average(scores) {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function weighted(homework, exam, weight) {
  return (homework * (100 - weight) + exam * weight) / 100;
}
