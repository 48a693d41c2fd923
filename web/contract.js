// What the page reads from a workload's OpenAPI document: the fields of a row, and what wraps the rows.

export function resolve(document, schema, depth = 0) {
  if (!schema || typeof schema !== "object" || depth > 20) return {};
  if (typeof schema.$ref !== "string") return schema;
  const found = schema.$ref.replace(/^#\//, "").split("/").reduce((part, key) => part?.[key], document);
  const { $ref, ...others } = schema;
  return { ...resolve(document, found, depth + 1), ...others };
}

export function operation(document, path) {
  const post = document?.paths?.[path]?.post;
  if (!post) return null;
  const content = post.requestBody?.content || {};
  const request = resolve(document, content["application/json"]?.schema);
  const answer = resolve(document, post.responses?.["200"]?.content?.["application/json"]?.schema);
  return { title: post.summary || path, content, request, answer, ...rowsOf(document, request), takesCsv: "text/csv" in content };
}

// The property whose items are the rows, and the fields of one.
function rowsOf(document, request) {
  for (const [envelope, schema] of Object.entries(request.properties || {})) {
    const list = resolve(document, schema);
    if (list.type !== "array") continue;
    const item = resolve(document, list.items);
    if (!item.properties) continue;
    const required = new Set(item.required || []);
    const fields = Object.entries(item.properties).map(([name, one]) => {
      const found = resolve(document, one);
      return { name, schema: found, title: found.title || name, required: required.has(name), type: typeOf(found) };
    });
    return { envelope, fields, item };
  }
  return { envelope: null, fields: [], item: null };
}

function typeOf(schema) {
  if (Array.isArray(schema.enum)) return "choice";
  if (schema.type === "boolean") return "boolean";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "array" || schema.type === "object" || schema.anyOf) return "json";
  return "text";
}

// Text as a person typed it, as the contract's type; what is no number goes as it is, and the API says so.
export function typed(field, text) {
  if (field.type === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  if (field.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (field.type === "choice") return field.schema.enum.find(one => String(one) === text) ?? text;
  if (field.type === "json") try { return JSON.parse(text); } catch { return text; }
  return text;
}

export function body(fields, envelope, values) {
  const row = {};
  for (const field of fields)
    if (field.required || (values[field.name] ?? "") !== "") row[field.name] = typed(field, values[field.name] ?? "");
  return { [envelope]: [row] };
}

// The form's first values: the workload's example, or the contract's own.
export function exampleValues(found, example) {
  const own = example || firstExample(found.content);
  if (!own) return {};
  if (own.type.startsWith("text/csv")) {
    const cells = csvRows(own.text)[0] || [];
    return Object.fromEntries(found.fields.map((field, index) => [field.name, tidy(field, cells[index] ?? "")]));
  }
  try {
    const row = JSON.parse(own.text)[found.envelope]?.[0] || {};
    return Object.fromEntries(found.fields.map(field => [field.name, field.name in row ? asText(row[field.name]) : ""]));
  } catch { return {}; }
}

const tidy = (field, text) => field.type === "number" && text.trim() !== "" && Number.isFinite(Number(text)) ? String(Number(text)) : text;
const asText = value => typeof value === "object" ? JSON.stringify(value) : String(value);

function firstExample(content) {
  for (const [type, one] of Object.entries(content))
    if (one.example !== undefined) return { type, text: typeof one.example === "string" ? one.example : JSON.stringify(one.example) };
  return null;
}

export function exampleJson(document, path, example) {
  const found = operation(document, path);
  const own = example?.type?.startsWith("application/json") ? example : firstExample(found?.content || {});
  try { return JSON.parse(own.text); } catch { return null; }
}

// RFC 4180: quoted cells may have commas, quotes and line ends.
export function csvRows(text) {
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const one = text[at];
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') { cell += one; at++; }
      else quoted = false;
    } else if (one === '"' && cell === "") quoted = true;
    else if (one === ",") { row.push(cell); cell = ""; }
    else if (one === "\n" || one === "\r") {
      if (one === "\r" && text[at + 1] === "\n") at++;
      if (row.length || cell !== "") rows.push([...row, cell]);
      row = []; cell = "";
    } else cell += one;
  }
  if (row.length || cell !== "") rows.push([...row, cell]);
  return rows;
}

// The field's errors of a problem document, by its name; those that name no field of the form are under "".
export function errorsByField(problem, fields) {
  const names = new Set(fields.map(field => field.name)), found = {};
  for (const one of Array.isArray(problem?.errors) ? problem.errors : []) {
    const last = typeof one?.pointer === "string" ? one.pointer.split("/").pop().replace(/~1/g, "/").replace(/~0/g, "~") : "";
    const name = [one?.column, last].find(each => names.has(each)) ?? "";
    const place = name ? "" : [one?.row && `row ${one.row}`, one?.column].filter(Boolean).join(", ");
    (found[name] ||= []).push(`${place ? `${place}: ` : ""}${one?.detail ?? ""}`);
  }
  return found;
}
