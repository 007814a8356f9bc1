function prop_next_is_there_if_any_is_left(input, output) {
  return (output.left > 0) === (output.next !== null);
}
