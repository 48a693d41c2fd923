// Try it: a form of the contract's fields, or rows of CSV; and what the model answers.
import { html, useState, useMemo, Tabs, Notice } from "../ui.js";
import { body, errorsByField, exampleValues, operation } from "../contract.js";
import { Problem, Status, useCall } from "../calling.js";
import { Snippets } from "../snippets.js";
import { Answer } from "../answer.js";
import { Field } from "../field.js";
import { CsvInput } from "../csvinput.js";
import { T } from "../text.en.js";

const cellOf = text => /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;

export function View({ workload, config, document }) {
  const found = useMemo(() => operation(document, workload.path), [document]);
  const first = useMemo(() => found ? exampleValues(found, workload.example) : {}, [found]);
  const [mode, setMode] = useState(found?.envelope ? "form" : "json"), [values, setValues] = useState(first);
  const csvExample = workload.example?.type?.startsWith("text/csv") ? workload.example.text : found?.content["text/csv"]?.example ?? "";
  const [csv, setCsv] = useState(csvExample), [json, setJson] = useState("{}");
  const { send, ...state } = useCall(config, workload);
  if (!found) return html`<${Notice} kind="bad">${T.unreadable}<//>`;

  const type = mode === "csv" ? "text/csv" : "application/json";
  const sent = mode === "csv" ? csv : mode === "json" ? json : JSON.stringify(body(found.fields, found.envelope, values));
  const row = mode === "csv" ? csv.trimEnd() : found.takesCsv ? found.fields.map(one => cellOf(values[one.name] ?? "")).join(",") : undefined;
  const submit = async event => {
    event?.preventDefault();
    const answer = await send(sent, type);
    if (!answer) return;
    // After it is drawn: a keyboard continues in the first wrong field; where the answer is below a long form, it is shown.
    requestAnimationFrame(() => {
      const wrong = mode === "form" && !answer.ok && window.document.querySelector("[aria-invalid=true]");
      if (wrong) wrong.focus();
      else window.document.getElementById("answer")?.scrollIntoView({ block: "nearest" });
    });
  };
  const problem = state.answer && !state.answer.ok && !state.isWaiting ? state.answer.problem : null;
  const errors = problem ? errorsByField(problem, mode === "form" ? found.fields : []) : {};
  const tabs = [["form", T.form], ...(found.takesCsv ? [["csv", T.csv]] : [])];
  return html`<div class="split">
    <form class="card" onSubmit=${submit} novalidate>
      ${mode !== "json" && tabs.length > 1 && html`<${Tabs} label=${T.row} tabs=${tabs} chosen=${mode} onChoose=${setMode} />`}
      ${mode === "form" && html`<div class="fields">${found.fields.map(field => html`
        <${Field} key=${field.name} field=${field} value=${values[field.name] ?? ""} errors=${errors[field.name]}
          onInput=${text => setValues(before => ({ ...before, [field.name]: text }))} />`)}</div>`}
      ${mode === "csv" && html`<${CsvInput} text=${csv} onText=${setCsv} />`}
      ${mode === "json" && html`<${Notice}>${T.unreadable}<//><label><span>${T.bodyLabel}</span>
        <textarea name="body" onInput=${event => setJson(event.target.value)}>${json}</textarea></label>`}
      <div class="actions"><button class="main" disabled=${state.isWaiting}>${T.predict}</button>
        ${mode === "form" && html`<button type="button" onClick=${() => setValues(first)}>${T.reset}</button>`}</div>
    </form>
    <section class="card stay" aria-labelledby="answer"><h2 id="answer">${T.answer}</h2>
      <${Status} ...${state} />
      ${problem && html`<${Problem} problem=${problem} general=${errors[""]} onRetry=${submit} />`}
      ${state.answer?.ok && html`<${Answer} answer=${state.answer} found=${found} document=${document} />`}
      <${Snippets} config=${config} workload=${workload} body=${sent} type=${type} csv=${row} />
    </section>
  </div>`;
}

