// Trial components: the charts of Studio's form, and all of them as a table.
import { html, useState, useDocument, listed, short, Choice, Notice, Table } from "../ui.js";
import { ByMinute, Histogram, Scatter } from "../charts.js";
import { T } from "../text.en.js";

const FIRST_X = "validation:f1_min", FIRST_Y = "ObjectiveMetric_max", MOST_COLORS = 24;

export function View({ workloads }) {
  const [name, setName] = useState(workloads[0]?.name ?? "");
  const document = useDocument(`data/experiments/${encodeURIComponent(name)}.json`), trials = listed(document, "trials");
  return html`<div class="choices"><${Choice} name="workload" label=${T.workload} value=${name} options=${workloads.map(one => [one.name, one.title])} onChange=${setName} /></div>
    ${document === undefined ? html`<p class="soft">${T.loading}</p>`
      : trials.length ? html`<${Trials} key=${name} trials=${trials} />` : html`<${Notice}>${T.noTrials(name)}<//>`}`;
}

export function flat(trial) {
  const own = trial.row || { ...trial.parameters, ...Object.fromEntries(Object.entries(trial.metrics || {}).flatMap(([name, one]) =>
    Object.entries(one).map(([statistic, value]) => [`${name}_${statistic}`, value]))) };
  return { component: trial.display || trial.name, status: trial.status, started: trial.started, ...own };
}

function Trials({ trials }) {
  const rows = trials.map(flat), names = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const numbers = names.filter(name => rows.some(row => typeof row[name] === "number")), texts = names.filter(name => !numbers.includes(name));
  const preferred = (name, other) => numbers.includes(name) ? name : other;
  const [chosen, setChosen] = useState({ data: "summary", chart: "scatter", x: preferred(FIRST_X, numbers[0]), y: preferred(FIRST_Y, numbers[1] ?? numbers[0]), color: "component" });
  const set = name => value => setChosen(before => ({ ...before, [name]: value, ...(name === "data" && { chart: value === "series" ? "minutes" : "scatter" }) }));
  const groups = [...new Set(rows.map(row => short(row[chosen.color])))];
  const colorOf = row => `hsl(${(groups.indexOf(short(row[chosen.color])) * 137.5 + 218) % 360} 60% 52%)`;
  const drawn = chart(chosen, rows, colorOf);
  const isSummary = chosen.data === "summary", hasX = chosen.chart === "scatter" || chosen.chart === "histogram";
  return html`<section class="card" aria-labelledby="chart"><h2 id="chart">${T.chart}</h2>
    <div class="choices">
      <${Choice} name="data" label=${T.dataType} value=${chosen.data} options=${[["summary", T.summary], ["series", T.timeSeries]]} onChange=${set("data")} />
      <${Choice} name="chart" label=${T.chartType} value=${chosen.chart} options=${isSummary ? [["scatter", T.scatter], ["histogram", T.histogram]] : [["minutes", T.byMinute]]} onChange=${set("chart")} />
      ${hasX && html`<${Choice} name="x" label=${T.x} value=${chosen.x} options=${numbers} onChange=${set("x")} />`}
      ${chosen.chart !== "histogram" && html`<${Choice} name="y" label=${T.y} value=${chosen.y} options=${numbers} onChange=${set("y")} />`}
      <${Choice} name="color" label=${T.color} value=${chosen.color} options=${[...texts, ...numbers]} onChange=${set("color")} />
    </div>
    ${drawn || html`<${Notice}>${T.noValues}<//>`}
    ${drawn && chosen.chart !== "histogram" && html`<ul class="legend" aria-label=${T.color}>${groups.slice(0, MOST_COLORS).map((one, index) => html`
      <li key=${one}><i style=${{ background: `hsl(${(index * 137.5 + 218) % 360} 60% 52%)` }}></i>${one || T.none}</li>`)}</ul>`}
  </section>
  <section class="card" aria-labelledby="components"><h2 id="components">${T.components}</h2>
    <${Table} label=${T.components} columns=${names} rows=${rows} /></section>`;
}

function chart({ chart: kind, x, y }, rows, colorOf) {
  const isNumber = name => row => typeof row[name] === "number" && Number.isFinite(row[name]);
  const having = (...wanted) => rows.filter(row => wanted.every(name => isNumber(name)(row)));
  if (kind === "histogram") return having(x).length ? html`<${Histogram} values=${having(x).map(row => row[x])} title=${x} />` : null;
  if (kind === "scatter") return having(x, y).length ? html`<${Scatter} rows=${having(x, y)} x=${x} y=${y} nameOf=${row => row.component} colorOf=${colorOf} />` : null;
  const points = having(y).map(row => ({ row, name: row.component, value: row[y], minute: Math.floor(Date.parse(row.started) / 60000) })).filter(one => Number.isFinite(one.minute));
  return points.length ? html`<${ByMinute} points=${points} title=${y} colorOf=${colorOf} />` : null;
}
