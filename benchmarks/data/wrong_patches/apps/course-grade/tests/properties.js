function prop_the_grade_fits_the_score(input, output) {
  const least = { A: 90, B: 80, C: 70, D: 60, F: 0 };
  return output.score >= least[output.grade];
}

function prop_the_score_lies_between_the_scores(input, output) {
  const all = [...input.homework, input.exam];
  return output.score >= Math.min(...all) - 0.1 && output.score <= Math.max(...all) + 0.1;
}

function meta_the_order_of_the_homework_does_not_matter(input, run) {
  return run({ ...input, homework: [...input.homework].reverse() }).output.grade === run(input).output.grade;
}

function meta_a_better_exam_never_lowers_the_score(input, run) {
  return run({ ...input, exam: 100 }).output.score >= run(input).output.score;
}
