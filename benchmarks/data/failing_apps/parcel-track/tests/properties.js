function prop_delivered_says_the_same_as_the_state(input, output) {
  return output.delivered === (output.state === "delivered");
}

function prop_place_names_a_country(input, output) {
  return /, [A-Z]{2}$/.test(output.place);
}
