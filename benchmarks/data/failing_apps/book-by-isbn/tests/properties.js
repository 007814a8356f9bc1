function prop_no_author_is_blank(input, output) {
  return output.authors.every((name) => name.trim() !== "");
}

function prop_pages_are_positive(input, output) {
  return output.pages === null || output.pages > 0;
}
