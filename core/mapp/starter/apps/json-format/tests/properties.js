function tokensOf(text) {
  return text.replace(/^\ufeff/, "").match(/"(?:[^"\\]|\\.)*"|[^ \t\n\r"]+/g).join("");
}

function depthOf(value) {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Object.values(value).reduce((deepest, each) => Math.max(deepest, depthOf(each)), 0);
}

function prop_only_white_space_changes(input, output) {
  return tokensOf(input.text) === tokensOf(output);
}

function prop_means_the_same(input, output) {
  return JSON.stringify(JSON.parse(output)) === JSON.stringify(JSON.parse(input.text.replace(/^\ufeff/, "")));
}

function prop_compact_has_no_white_space_outside_strings(input, output) {
  return input.style !== "compact" || output === tokensOf(output);
}

function prop_indentation_counts_the_open_brackets(input, output) {
  if (input.style !== "pretty") return true;
  let depth = 0;
  return output.split("\n").every((line) => {
    const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, "").trim();
    if (/^[}\]]/.test(bare)) depth -= 1;
    const right = line.length - line.trimStart().length === depth * input.indent;
    if (/[{[]$/.test(bare)) depth += 1;
    return right;
  }) && depth === 0;
}

// The engine's own writer must agree wherever numbers, escapes and names survive a parse unchanged.
function prop_agrees_with_stringify_on_simple_values(input, output) {
  const source = input.text.replace(/^\ufeff/, "");
  const value = JSON.parse(source);
  if (tokensOf(source) !== JSON.stringify(value)) return true;
  return output === JSON.stringify(value, null, input.style === "pretty" ? input.indent : 0);
}

function meta_formatting_twice_changes_nothing_more(input, run) {
  const once = run(input);
  if (once.error !== undefined || once.output.length > 100000) return true;
  return run({ ...input, text: once.output }).output === once.output;
}

function meta_compact_undoes_pretty(input, run) {
  const pretty = run({ ...input, style: "pretty" });
  if (pretty.error !== undefined || pretty.output.length > 100000) return true;
  return run({ ...input, style: "compact", text: pretty.output }).output === run({ ...input, style: "compact" }).output;
}

function throws_invalid_json(input) {
  try {
    return depthOf(JSON.parse(input.text.replace(/^\ufeff/, ""))) > 100;
  } catch {
    return true;
  }
}
