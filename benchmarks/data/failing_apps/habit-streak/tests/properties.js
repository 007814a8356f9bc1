function prop_best_is_at_least_the_streak(input, output) {
  return output.best >= output.streak;
}
