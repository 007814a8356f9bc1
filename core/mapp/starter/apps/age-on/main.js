function main(input) {
  if (input.on < input.birth) throw new Error("not_born_yet");
  const years = Number(input.on.slice(0, 4)) - Number(input.birth.slice(0, 4));
  const birthdayIsStillToCome = input.on.slice(5) < input.birth.slice(5);
  return birthdayIsStillToCome ? years - 1 : years;
}
