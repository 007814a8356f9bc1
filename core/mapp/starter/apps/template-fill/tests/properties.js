const TAG = /\{\{[ \t\n]*[A-Za-z_][A-Za-z0-9_.-]*[ \t\n]*\}\}/g;

// The values as a plain table, where the input gives them as flat JSON; otherwise null.
function table(input) {
  try {
    const parsed = JSON.parse(input.values);
    return parsed && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch (_) {
    return null;
  }
}

function names(template) {
  return (template.match(TAG) || []).map((tag) => tag.replace(/[{} \t\n]/g, ""));
}

function prop_literal_text_stays_in_order(input, output) {
  if (/[^\x20-\x7e\n]/.test(input.template)) return true;
  let at = 0;
  for (const literal of input.template.split(TAG)) {
    const found = output.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return true;
}

function prop_json_values_are_put_in_as_they_are(input, output) {
  const values = table(input);
  if (values === null || /[^\x20-\x7e\n]/.test(input.template)) return true;
  let rest = input.template;
  let wanted = "";
  for (const name of names(input.template)) {
    const start = rest.search(TAG);
    wanted += rest.slice(0, start) + String(values[name]);
    rest = rest.slice(rest.indexOf("}}", start) + 2);
  }
  return wanted + rest === output;
}

function meta_a_template_twice_over_is_filled_twice_over(input, run) {
  const doubled = input.template + "|" + input.template;
  const once = run(input);
  if (once.error || once.output.length > 50000 || Array.from(doubled).length > 20000) return true;
  return run({ template: doubled, values: input.values }).output === once.output + "|" + once.output;
}

function meta_unused_values_do_not_matter(input, run) {
  const values = table(input);
  const once = run(input);
  if (values === null || once.error || input.template.includes("zz_unused") || input.values.length > 10000) return true;
  values.zz_unused = "x";
  const text = JSON.stringify(values);
  return text.length > 20000 || run({ template: input.template, values: text }).output === once.output;
}

function meta_every_placeholder_needs_its_value(input, run) {
  const stranger = input.template + " {{no_such_name_here}}";
  if (input.values.includes("no_such_name_here") || Array.from(stranger).length > 20000) return true;
  const error = run({ template: stranger, values: input.values }).error;
  return error === "missing_value" || error === "bad_values";
}
