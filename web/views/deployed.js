// What is deployed: endpoints with their images, APIs, alarms, what it costs, and what a rehearsal said.
import { html, useDocument, listed, short, Notice, Table } from "../ui.js";
import { T } from "../text.en.js";

const DEEPEST = 2, MOST = 100;

export function View() {
  const document = useDocument("data/deployed.json");
  if (document === undefined) return html`<p class="soft">${T.loading}</p>`;
  if (document === null) return html`<${Notice}>${T.noDeployed}<//>`;
  const endpoints = listed(document, "endpoints"), apis = listed(document, "apis"), alarms = listed(document, "alarms");
  return html`
    <${Part} title=${T.endpoints} none=${T.noEndpoints} rows=${endpoints.map(one => ({ [T.endpoint]: one.name, [T.workload]: one.workload, [T.variant]: one.variant, [T.version]: one.version,
      [T.images]: html`<ul class="lines">${listed(one, "containers").map((each, index) => html`<li key=${index}>${each.name && `${short(each.name)}: `}${short(each.image)}</li>`)}</ul>` }))} />
    ${apis.length > 0 && html`<${Part} title=${T.apis} rows=${apis.map(one => ({ [T.name]: one.name, [T.workload]: one.workload, [T.address]: one.url }))} />`}
    ${alarms.length > 0 && html`<${Part} title=${T.alarms} rows=${alarms.map(one => ({ [T.alarm]: one.description ?? one.name, [T.metric]: one.metric, [T.threshold]: one.threshold }))} />`}
    <section class="card"><h2>${T.cost}</h2>${document.cost ? html`<${Facts} of=${document.cost} label=${T.cost} />` : html`<p class="soft">${T.noCost}</p>`}</section>
    <section class="card"><h2>${T.rehearsal}</h2>${document.rehearsal ? html`<${Facts} of=${document.rehearsal} label=${T.rehearsal} />` : html`<p class="soft">${T.noRehearsal}</p>`}</section>`;
}

function Part({ title, rows, none }) {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))].filter(name => rows.some(row => row[name] !== undefined && row[name] !== null));
  return html`<section class="card"><h2>${title}</h2>${rows.length ? html`<${Table} label=${title} columns=${columns} rows=${rows} sortable=${false} />` : html`<p class="soft">${none}</p>`}</section>`;
}

// A report whose members this page does not know by name.
function Facts({ of, label, depth = 0 }) {
  if (of === null || typeof of !== "object" || depth > DEEPEST) return html`<span>${short(of)}</span>`;
  if (Array.isArray(of)) {
    const rows = of.slice(0, MOST).map(one => one !== null && typeof one === "object" ? one : { [label]: one });
    return html`<${Table} label=${label} rows=${rows} columns=${[...new Set(rows.flatMap(row => Object.keys(row)))]} />`;
  }
  return html`<dl class="result">${Object.entries(of).slice(0, MOST).map(([name, one]) => html`<dt key=${`${name} name`}>${short(name)}</dt><dd key=${name}><${Facts} of=${one} label=${name} depth=${depth + 1} /></dd>`)}</dl>`;
}
