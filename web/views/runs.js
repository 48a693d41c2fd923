// Executions of pipelines: which there are, the graph of one, and two of them compared.
import { html, useState, useDocument, listed, moment, seconds, short, Badge, Choice, Notice, Table, Wide } from "../ui.js";
import { Graph } from "../graph.js";
import { T } from "../text.en.js";

const LIVE = 2000, CALM = 15000;
const isRunning = run => String(run.status).toLowerCase() === "running";
const pause = document => document === null ? CALM : listed(document, "runs").some(isRunning) ? LIVE : CALM;
const took = run => run.seconds ?? (run.ended ? (Date.parse(run.ended) - Date.parse(run.started)) / 1000 : undefined);
const stepsOf = run => (Array.isArray(run.steps) ? run.steps : []).map(one => ({ ...one, seconds: one.seconds ?? took(one) }));

export function View() {
  const document = useDocument("data/runs.json", pause), runs = listed(document, "runs"), [name, setName] = useState(null);
  if (document === undefined) return html`<p class="soft">${T.loading}</p>`;
  if (!runs.length) return html`<${Notice}>${T.noRuns}<//>`;
  const chosen = runs.find(one => one.name === name) || runs[0];
  return html`<${Run} key=${chosen.name} run=${chosen} />
    <section class="card" aria-labelledby="all-runs"><h2 id="all-runs">${T.runs}</h2>
      <${Table} label=${T.runs} sortable=${false} columns=${[T.name, T.workload, T.statusTitle, T.started, T.took]} rows=${runs.map(one => ({
        key: one.name, [T.name]: html`<button type="button" class="link" aria-pressed=${String(one === chosen)} onClick=${() => setName(one.name)}>${short(one.name)}</button>`,
        [T.workload]: one.workload, [T.statusTitle]: html`<${Badge} status=${one.status} />`, [T.started]: moment(one.started), [T.took]: seconds(took(one)),
      }))} /></section>
    ${runs.length > 1 && html`<${Compare} runs=${runs} />`}`;
}

function Run({ run }) {
  const steps = stepsOf(run);
  return html`<section class="card" aria-labelledby="run"><h2 id="run">${T.run(short(run.name))} <${Badge} status=${run.status} /></h2>
    <p class="soft">${short(run.workload)} · ${moment(run.started)} ${took(run) !== undefined && `· ${seconds(took(run))}`} <span role="status">${isRunning(run) ? T.live : ""}</span></p>
    ${run.failure && html`<${Notice} kind="bad"><strong>${T.failure}</strong> ${short(run.failure)}<//>`}
    ${steps.length > 0 && html`<${Wide} label=${T.graph}><${Graph} steps=${steps} label=${steps.map(one => T.state(one.name, one.status, seconds(one.seconds))).join("; ")} /><//>
    <details><summary>${T.steps}</summary><${Table} label=${T.steps} sortable=${false} columns=${[T.name, T.type, T.statusTitle, T.took]} rows=${steps.map(one => ({
      key: one.name, [T.name]: one.name, [T.type]: one.type, [T.statusTitle]: html`<${Badge} status=${one.status} />`, [T.took]: seconds(one.seconds) }))} /></details>`}
  </section>`;
}

function Compare({ runs }) {
  const [first, setFirst] = useState(runs[0].name), [second, setSecond] = useState(runs[1].name);
  const [one, other] = [first, second].map(name => runs.find(run => run.name === name) || {});
  const options = runs.map(run => [run.name, `${run.name} (${run.workload}, ${moment(run.started)})`]);
  return html`<section class="card" aria-labelledby="compare"><h2 id="compare">${T.compare}</h2>
    <div class="choices"><${Choice} name="first" label=${T.first} value=${first} options=${options} onChange=${setFirst} />
      <${Choice} name="second" label=${T.second} value=${second} options=${options} onChange=${setSecond} /></div>
    ${["parameters", "metrics"].map(kind => {
      const names = [...new Set([...Object.keys(one[kind] || {}), ...Object.keys(other[kind] || {})])];
      return names.length > 0 && html`<h3>${T[kind]}</h3><${Table} label=${T[kind]} columns=${[T.name, T.first, T.second, T.difference]} rows=${names.map(name => {
        const [a, b] = [one[kind]?.[name], other[kind]?.[name]];
        return { key: name, [T.name]: name, [T.first]: a, [T.second]: b,
          [T.difference]: typeof a === "number" && typeof b === "number" ? b - a : Object.is(short(a), short(b)) ? "" : "≠" };
      })} />`;
    })}</section>`;
}
