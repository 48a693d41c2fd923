// Forecast: a series, sliders, and what follows it with its uncertainty.
import { html, useState, useEffect, useMemo, useRef, useDocument, listed, seconds, short, Choice, Notice, Slider, Table } from "../ui.js";
import { errorsByField, exampleJson } from "../contract.js";
import { Problem, Status, useCall } from "../calling.js";
import { Snippets } from "../snippets.js";
import { isSignedIn, watch } from "../session.js";
import { columns, daysOf, pasted, quantiles, request, special } from "../series.js";
import { forecastPlot, specialPlot, uplot, SAMPLES } from "../plot.js";
import { T } from "../text.en.js";

const STEP = 7200, PAUSE = 60;

export function View({ workload, config, document }) {
  const recorded = useDocument(`data/series/${encodeURIComponent(workload.name)}.json`), [own, setOwn] = useState(null), [name, setName] = useState(null);
  const step = recorded?.step || STEP, example = exampleJson(document, workload.path, workload.example)?.series?.[0];
  const all = [...(own ? [{ name: T.ownSeries, ...own }] : []), ...listed(recorded, "series").map(one => ({ ...one, values: one.values || [] })),
    ...(example ? [{ name: T.exampleSeries, start: example.start, values: example.history || [] }] : [])];
  const series = all.find(one => one.name === name) || all[0];
  if (recorded === undefined) return html`<p class="soft">${T.loading}</p>`;
  return html`${!listed(recorded, "series").length && html`<${Notice}>${T.noSeries}<//>`}
    <div class="choices"><${Choice} name="series" label=${T.series} value=${series?.name} options=${all.map(one => one.name)} onChange=${setName} /></div>
    ${series && html`<${Chart} key=${series.name} series=${series} step=${step} workload=${workload} config=${config} />`}
    <${Paste} onSeries=${found => { setOwn(found); setName(T.ownSeries); }} />`;
}

function Chart({ series, step, workload, config }) {
  const last = daysOf(series, step), [chosen, setChosen] = useState({ day: last, confidence: 80, weeks: 2, missing: 0, samples: false });
  const [, redraw] = useState(0), { send, ...state } = useCall(config, workload), [drawing, setDrawing] = useState(0);
  const set = key => value => setChosen(before => ({ ...before, [key]: value }));
  useEffect(() => watch(() => redraw(one => one + 1)), []);
  const isReady = isSignedIn(config) && workload.name in (config?.apis || {});
  // The history slider changes what is drawn, not what is asked.
  const body = useMemo(() => JSON.stringify(request(series, step, chosen)), [series, step, chosen.day, chosen.confidence, chosen.missing, chosen.samples]);
  useEffect(() => {
    if (!isReady) return undefined;
    const timer = setTimeout(() => send(body), PAUSE);
    return () => clearTimeout(timer);
  }, [body, isReady]);
  const problem = state.answer && !state.answer.ok && !state.isWaiting ? state.answer.problem : null;
  const forecast = state.answer?.ok ? state.answer.data.forecasts?.[0] : null, data = columns(series, step, chosen, forecast, SAMPLES);
  const [low, high] = quantiles(chosen.confidence);
  return html`<section class="card">
      <div class="choices">
        <${Slider} name="day" label=${T.day} value=${chosen.day} min=${0} max=${Math.max(1, last)} onInput=${value => set("day")(Math.min(value, last))} />
        <${Slider} name="confidence" label=${T.confidence} value=${chosen.confidence} min=${60} max=${95} unit=" %" onInput=${set("confidence")} />
        <${Slider} name="weeks" label=${T.history} value=${chosen.weeks} min=${1} max=${20} unit=${T.weeks} onInput=${set("weeks")} />
        <${Slider} name="missing" label=${T.missing} value=${Math.round(chosen.missing * 100)} min=${0} max=${95} unit=" %" onInput=${value => set("missing")(value / 100)} />
        <label class="check"><input type="checkbox" name="samples" checked=${chosen.samples} onChange=${event => set("samples")(event.target.checked)} /><span>${T.samples}</span></label>
      </div>
      <${Plot} data=${data} label=${T.forecastChart(series.name)} answer=${state.answer} onDrawn=${setDrawing} />
      <ul class="legend" aria-label=${T.chart}><li><i class="history"></i>${T.history}</li><li><i class="other"></i>${T.truth}</li><li><i></i>${T.median}</li><li><i class="band"></i>${T.interval} ${chosen.confidence} %</li></ul>
      <${Status} ...${state} text=${state.answer?.ok && T.drawn(seconds(state.answer.milliseconds / 1000), seconds(drawing / 1000))} />
      ${problem && html`<${Problem} problem=${problem} general=${errorsByField(problem, [])[""]} onRetry=${() => send(body)} />`}
      <h2>${T.special}</h2>${series.special?.length ? html`<${SpecialDays} series=${series} times=${data[0]} />` : html`<p class="soft">${T.noSpecial}</p>`}
      ${forecast && html`<details><summary>${T.raw}</summary><${Table} label=${T.forecastChart(series.name)} columns=${[T.time, T.median, String(low), String(high)]} sortable=${false}
        rows=${(forecast.timestamps || []).slice(0, 84).map((time, index) => ({ [T.time]: time, [T.median]: forecast.quantiles?.["0.5"]?.[index], [low]: forecast.quantiles?.[low]?.[index], [high]: forecast.quantiles?.[high]?.[index] }))} /></details>`}
      <${Snippets} config=${config} workload=${workload} body=${body} />
    </section>`;
}

function Plot({ data, label, answer, onDrawn }) {
  const element = useRef(null), plot = useRef(null), [library, setLibrary] = useState(null), [failed, setFailed] = useState(false);
  useEffect(() => { uplot().then(found => setLibrary(() => found), () => setFailed(true)); return () => plot.current?.destroy(); }, []);
  useEffect(() => {
    if (!library) return;
    const begun = performance.now();
    if (plot.current) plot.current.setData(data);
    else plot.current = forecastPlot(library, element.current, { time: T.time, history: T.history, truth: T.truth, low: T.interval, high: T.interval, median: T.median, sample: T.sample }, data);
    // What is measured ends when the frame with it is on the screen.
    requestAnimationFrame(() => onDrawn(performance.now() - begun));
  }, [library, answer, JSON.stringify(data)]);
  useEffect(() => {
    const fit = () => plot.current?.setSize({ width: element.current.clientWidth, height: 340 });
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, []);
  return failed ? html`<${Notice} kind="bad">${T.broken}<//>` : html`<div class="plot" ref=${element} role="img" aria-label=${label}></div>`;
}

function SpecialDays({ series, times }) {
  const element = useRef(null), plot = useRef(null);
  useEffect(() => { uplot().then(found => {
    if (!element.current) return;
    if (plot.current) plot.current.setData(special(series, times));
    else plot.current = specialPlot(found, element.current, T.special, special(series, times));
  }, () => {}); }, [times[0], times.length]);
  useEffect(() => () => plot.current?.destroy(), []);
  return html`<div class="plot special" ref=${element} role="img" aria-label=${`${T.special}: ${series.special.slice(0, 50).map(one => short(one)).join(", ")}`}></div>`;
}

function Paste({ onSeries }) {
  const [text, setText] = useState(""), [start, setStart] = useState("2014-09-01 00:00:00"), [isWrong, setWrong] = useState(false);
  const submit = event => { event.preventDefault(); const found = pasted(text, start); setWrong(!found); if (found) onSeries(found); };
  return html`<details class="card"><summary>${T.pasteSeries}</summary><form onSubmit=${submit}>
    <label><span>${T.startLabel}</span><input type="text" name="start" value=${start} onInput=${event => setStart(event.target.value)} /></label><br />
    <label><span>${T.pasteHint}</span><textarea name="values" value=${text} aria-invalid=${isWrong ? "true" : undefined} onInput=${event => setText(event.target.value)}></textarea></label>
    ${isWrong && html`<p class="error" role="alert">${T.badSeries}</p>`}
    <div class="actions"><button class="main">${T.useSeries}</button></div></form></details>`;
}
