function parse(text) {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

function depthOf(value) {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Object.values(value).reduce((deepest, each) => Math.max(deepest, depthOf(each)), 0);
}

function isReadable(text) {
  try {
    return depthOf(parse(text)) <= 100;
  } catch {
    return false;
  }
}

// {found: value} or {}, by plain property access on the parsed value.
function lookUp(value, path) {
  const steps = path.replace(/\[/g, ".[").split(".").filter((step) => step !== "" && step !== "$");
  for (const step of steps) {
    if (value === null || typeof value !== "object") return {};
    if (step[0] === "[") {
      const index = Number(step.slice(1, -1));
      const place = index < 0 ? value.length + index : index;
      if (!Array.isArray(value) || !(place >= 0 && place < value.length)) return {};
      value = value[place];
    } else {
      if (Array.isArray(value) || !Object.prototype.hasOwnProperty.call(value, step)) return {};
      value = value[step];
    }
  }
  return { found: value };
}

function prop_agrees_with_plain_property_access(input, output) {
  const { found } = lookUp(parse(input.text), input.path);
  if (typeof found !== "string") return JSON.stringify(JSON.parse(output)) === JSON.stringify(found);
  return output.length === found.length && Array.from(output).every((c, i) => c === Array.from(found)[i] || c === "\ufffd");
}

function prop_what_is_found_was_in_the_text(input, output) {
  const squeeze = (text) => text.replace(/[ \t\n\r]/g, "");
  const { found } = lookUp(parse(input.text), input.path);
  return typeof found === "string" || squeeze(input.text).includes(squeeze(output));
}

function meta_a_path_can_be_walked_in_two_strides(input, run) {
  const cut = Math.max(input.path.lastIndexOf("."), input.path.lastIndexOf("["));
  if (cut < 1) return true;
  const rest = input.path.slice(cut).replace(/^\./, "");
  const first = run({ text: input.text, path: input.path.slice(0, cut) });
  if (first.error !== undefined || !/^[[{]/.test(first.output)) return true;
  if (typeof lookUp(parse(input.text), input.path.slice(0, cut)).found === "string") return true;
  return JSON.stringify(run({ text: first.output, path: rest })) === JSON.stringify(run(input));
}

function meta_wrapping_in_an_array_adds_one_step(input, run) {
  if (input.path[0] === "$" || input.path.length > 190 || input.text.length > 90000 || /^\ufeff/.test(input.text)) return true;
  if (!isReadable("[" + input.text + "]") || !isReadable(input.text)) return true;
  const step = input.path[0] === "[" ? "[0]" : "[0].";
  return JSON.stringify(run({ text: "[" + input.text + "]", path: step + input.path })) === JSON.stringify(run(input));
}

function throws_invalid_json(input) {
  return !isReadable(input.text);
}

function throws_not_found(input) {
  return isReadable(input.text) && !("found" in lookUp(parse(input.text), input.path));
}
