function prop_counts_are_whole(input, output) {
  return [output.stars, output.forks, output.open_issues].every(Number.isInteger);
}

function prop_license_is_an_identifier(input, output) {
  return output.license === null || /^[A-Za-z0-9.+-]+$/.test(output.license);
}
