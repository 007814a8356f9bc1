function prop_length_is_that_of_the_text(input, output) {
  return output.length === [...input.text].length;
}
