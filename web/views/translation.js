// Translation: sentences on one side, what the model makes of them on the other.
import { html, useState, short, Notice } from "../ui.js";
import { exampleJson } from "../contract.js";
import { Problem, Status, useCall } from "../calling.js";
import { Snippets } from "../snippets.js";
import { errorsByField } from "../contract.js";
import { T } from "../text.en.js";

export function View({ workload, config, document }) {
  const example = exampleJson(document, workload.path, workload.example)?.sentences || [];
  const [text, setText] = useState(example.map(one => one.query ?? "").join("\n"));
  const { send, ...state } = useCall(config, workload);
  const lines = text.split("\n").map(one => one.trim()).filter(Boolean);
  const body = JSON.stringify({ sentences: lines.map(query => ({ query })) });
  const submit = event => { event?.preventDefault(); send(body); };
  const problem = state.answer && !state.answer.ok && !state.isWaiting ? state.answer.problem : null;
  const found = Array.isArray(state.answer?.data?.predictions) ? state.answer.data.predictions : [];
  return html`<div class="split"><form class="card" onSubmit=${submit}>
      <label><span>${T.sentences}</span><textarea class="prose" name="text" value=${text} onInput=${event => setText(event.target.value)}></textarea></label>
      <div class="actions"><button class="main" disabled=${state.isWaiting}>${T.translate}</button></div></form>
    <section class="card" aria-labelledby="answer"><h2 id="answer">${T.translations}</h2>
      <${Status} ...${state} />
      ${problem && html`<${Problem} problem=${problem} general=${errorsByField(problem, [])[""]} onRetry=${submit} />`}
      ${state.answer?.ok && (found.length ? html`<ol class="lines translations">${found.slice(0, 100).map((one, index) => html`<li key=${index}>${short(one?.target)}</li>`)}</ol>`
        : html`<${Notice} kind="bad">${T.noAnswer}<//>`)}
      <${Snippets} config=${config} workload=${workload} body=${body} /></section></div>`;
}
