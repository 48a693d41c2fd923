// One field of a form, as its schema describes it, with the errors that the API names for it.
import { html, short } from "./ui.js";
import { T } from "./text.en.js";

export function Field({ field, value, errors, onInput }) {
  const { name, schema, title, required, type } = field, id = `field-${name}`;
  const described = [schema.description && `${id}-about`, errors && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const own = { id, name, "aria-invalid": errors ? "true" : undefined, "aria-describedby": described, onInput: event => onInput(event.target.value) };
  const options = type === "boolean" ? ["true", "false"] : (schema.enum || []).map(String);
  return html`<div class="field"><label for=${id}><span>${title}${required ? "" : ` (${T.optional})`}</span></label>
    ${type === "choice" || type === "boolean"
      ? html`<select ...${own} onChange=${own.onInput}>
          ${(!required || !options.includes(value)) && html`<option value=${value} selected>${value}</option>`}
          ${options.map(one => html`<option key=${one} value=${one} selected=${one === value}>${one}</option>`)}</select>`
      : html`<input type="text" inputmode=${type === "number" ? "decimal" : undefined} autocomplete="off" value=${value} ...${own} />`}
    ${schema.description && html`<span class="hidden" id=${`${id}-about`}>${schema.description}</span>`}
    ${errors && html`<p class="error" id=${`${id}-error`}>${errors.map(one => short(one)).join(" ")}</p>`}
  </div>`;
}
