// What an endpoint was asked, beside what its model was trained on.
import { html, useState, useDocument, listed, moment, short, Choice, Notice, Table } from "../ui.js";
import { around, Beside, Frame } from "../charts.js";
import { T } from "../text.en.js";

const MOST = 60;

export function View({ workloads }) {
  const [name, setName] = useState(workloads[0]?.name ?? "");
  const document = useDocument(`data/monitoring/${encodeURIComponent(name)}.json`), reports = listed(document, "reports");
  return html`<div class="choices"><${Choice} name="workload" label=${T.workload} value=${name} options=${workloads.map(one => [one.name, one.title])} onChange=${setName} /></div>
    ${document === undefined ? html`<p class="soft">${T.loading}</p>`
      : reports.length ? html`<${Reports} key=${name} reports=${reports} history=${document.history} />` : html`<${Notice}>${T.noReports(name)}<//>`}`;
}

function Reports({ reports, history }) {
  const [at, setAt] = useState(0), report = reports[at], features = listed(report, "features"), violations = listed(report, "violations");
  const points = (Array.isArray(history) && history.length ? history.map(one => ({ time: one.time, value: Number(one.metrics?.violations ?? one.metrics?.Violations ?? NaN) }))
    : reports.map(one => ({ time: one.time ?? one.end, value: listed(one, "violations").length }))).filter(one => Number.isFinite(one.value) && Number.isFinite(Date.parse(one.time)));
  return html`<section class="card" aria-labelledby="violations"><h2 id="violations">${T.violations}</h2>
      ${reports.length > 1 && html`<div class="choices"><${Choice} name="report" label=${T.report} value=${String(at)} options=${reports.map((one, index) => [String(index), moment(one.time ?? one.end)])} onChange=${text => setAt(Number(text))} /></div>`}
      <p class="soft">${T.report} ${moment(report.time ?? report.end)}${report.rows !== undefined && `, ${T.rowsRead}: ${short(report.rows)}`}</p>
      ${violations.length ? html`<${Table} label=${T.violations} columns=${[T.feature, T.check, T.description]} rows=${violations.slice(0, 500).map(one => ({
        [T.feature]: one.feature ?? one.feature_name, [T.check]: one.check ?? one.constraint_check_type, [T.description]: one.description }))} />`
        : html`<${Notice} kind="good">${T.noViolations}<//>`}</section>
    <section class="card" aria-labelledby="over-time"><h2 id="over-time">${T.overTime}</h2>
      ${points.length > 1 ? html`<${OverTime} points=${points} />` : html`<p class="soft">${T.onlyOne}</p>`}</section>
    <section class="card" aria-labelledby="features"><h2 id="features">${T.features}</h2>
      <ul class="legend"><li><i></i>${T.baseline}</li><li><i class="other"></i>${T.captured}</li></ul><br />
      <div class="features">${features.slice(0, MOST).map(one => html`<${Feature} key=${one.name} feature=${one} />`)}</div></section>`;
}

function Feature({ feature }) {
  const first = distribution(feature.baseline), second = distribution(feature.captured), distance = feature.distance ?? feature.drift, isNumber = typeof distance === "number";
  return html`<div><h3>${short(feature.name)}</h3>
    <p class="soft">${short(feature.type ?? feature.inferred_type)} ${isNumber && html`${T.distance} ${short(distance)}`} ${isNumber && feature.threshold !== null && feature.threshold !== undefined && `(${T.threshold} ${short(feature.threshold)})`}
      ${feature.summary && html`<br />${T.captured}: ${short(feature.summary)}`}</p>
    ${first.length || second.length ? html`<${Beside} label=${`${feature.name}: ${T.baseline}, ${T.captured}`} first=${first} second=${second} />` : html`<p class="soft">${T.noBaseline}</p>`}</div>`;
}

// The buckets of Model Monitor's statistics, of numbers and of texts, or a plain list of them.
export function distribution(statistics) {
  const own = statistics?.numerical_statistics?.distribution?.kll?.buckets ?? statistics?.string_statistics?.distribution?.categorical?.buckets
    ?? statistics?.buckets ?? statistics?.histogram ?? [];
  return (Array.isArray(own) ? own : []).map(one => ({ at: one.value ?? one.at ?? Number(((one.lower_bound + one.upper_bound) / 2).toPrecision(4)), count: Number(one.count) || 0 }));
}

function OverTime({ points }) {
  const sorted = points.map(one => ({ ...one, at: Date.parse(one.time) })).sort((one, other) => one.at - other.at);
  return html`<${Frame} label=${T.overTime} x=${around(sorted.map(one => one.at))} y=${[0, Math.max(1, ...sorted.map(one => one.value)) * 1.1]} xTitle=${T.time} yTitle=${T.violations}
      xTicks=${sorted.filter((_, index) => index % Math.ceil(sorted.length / 6) === 0).map(one => [one.at, moment(one.time).slice(5, 16)])}>
    ${(left, top) => html`<polyline class="line" points=${sorted.map(one => `${left(one.at)},${top(one.value)}`).join(" ")} />
      ${sorted.map(one => html`<circle key=${one.at} class="mark" cx=${left(one.at)} cy=${top(one.value)} r="4"><title>${`${moment(one.time)}: ${one.value}`}</title></circle>`)}`}<//>`;
}
