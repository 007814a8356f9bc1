function text(list) {
  return "," + list.map((number) => number + ",").join("");
}

function prop_equal_means_the_same_text(input, output) {
  return (output === "equal") === (text(input.listOne) === text(input.listTwo));
}

function prop_texts_contain_each_other_alike(input, output) {
  const within = text(input.listTwo).includes(text(input.listOne));
  const around = text(input.listOne).includes(text(input.listTwo));
  return (within === (output === "equal" || output === "sublist")) && (around === (output === "equal" || output === "superlist"));
}

function meta_swapped_lists_swap_the_answer(input, run) {
  const turned = { sublist: "superlist", superlist: "sublist", equal: "equal", unequal: "unequal" };
  return run({ listOne: input.listTwo, listTwo: input.listOne }).output === turned[run(input).output];
}

function meta_a_piece_is_a_sublist(input, run) {
  if (input.listTwo.length < 2) return true;
  return run({ listOne: input.listTwo.slice(1), listTwo: input.listTwo }).output === "sublist";
}

function meta_between_other_numbers_it_is_still_there(input, run) {
  if (input.listOne.length > 8) return true;
  return run({ listOne: input.listOne, listTwo: [29, ...input.listOne, 30] }).output === "sublist";
}
