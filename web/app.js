// The shell: who is here, where to go, and the view that the address names.
import { html, render, useState, useEffect, useDocument, read, listed, Notice } from "./ui.js";
import { T } from "./text.en.js";
import { finishSignIn } from "./session.js";
import { SignIn } from "./signin.js";

const VIEWS = {
  form: () => import("./views/try.js"), forecast: () => import("./views/forecast.js"),
  translation: () => import("./views/translation.js"), emoji: () => import("./views/emoji.js"),
  runs: () => import("./views/runs.js"), experiments: () => import("./views/experiments.js"),
  monitoring: () => import("./views/monitoring.js"), deployed: () => import("./views/deployed.js"),
};
const INSIGHT = ["runs", "experiments", "monitoring", "deployed"];
const place = () => decodeURIComponent(location.hash.replace(/^#\/?/, ""));

function usePlace() {
  const [at, setAt] = useState(place());
  useEffect(() => {
    const moved = () => { setAt(place()); document.getElementById("content")?.focus(); };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return at;
}

function useView(name) {
  const [view, setView] = useState({});
  useEffect(() => {
    let open = true;
    // A module that does not load must not leave the page waiting.
    VIEWS[name]?.().then(found => open && setView({ name, View: found.View }), () => open && setView({ name, failed: true }));
    return () => { open = false; };
  }, [name]);
  return view.name === name ? view : {};
}

const Side = ({ workloads, at, config }) => html`<nav class="side" aria-label=${T.product}>
  <a class="brand" href="#/"><img src="icon.svg" alt="" />${T.product}</a>
  <h2>${T.workloads}</h2>
  <ul>${workloads.map(one => html`<li key=${one.name}><a href=${`#/${encodeURIComponent(one.name)}`} aria-current=${at === one.name ? "page" : undefined}>
    ${one.title}<i class=${`dot ${one.name in (config?.apis || {}) ? "on" : ""}`} title=${one.name in (config?.apis || {}) ? T.served : T.notTrained}></i></a></li>`)}</ul>
  <h2>${T.insight}</h2>
  <ul>${INSIGHT.map(one => html`<li key=${one}><a href=${`#/${one}`} aria-current=${at === one ? "page" : undefined}>${T[one]}</a></li>`)}</ul>
</nav>`;

const Home = ({ workloads, config }) => html`<header><h1>${T.welcome}</h1><p>${T.welcomeMore}</p></header>
  ${workloads.length ? html`<ul class="cards">${workloads.map(one => html`<li key=${one.name}><a href=${`#/${encodeURIComponent(one.name)}`}>
    <strong>${one.title}<span class=${`badge ${one.trained ? "good" : "calm"}`}>${one.trained ? T.trained : T.notTrained}</span></strong>
    <span class="soft">${one.summary ?? one.reason}</span></a></li>`)}</ul>` : html`<${Notice}>${T.noWorkloads}<//>`}
  ${config?.environment && html`<p class="soft environment">${T.environment(config.environment)}</p>`}`;

function Workload({ workload, config, View }) {
  const document = useDocument(workload.openapi || "");
  const isServed = workload.name in (config?.apis || {});
  return html`<header><h1>${workload.title}</h1><p>${workload.summary ?? document?.info?.description}</p></header>
    ${!workload.trained && html`<${Notice}>${workload.reason || T.trainFirst(workload.name)}<//>`}
    ${workload.trained && !isServed && html`<${Notice}>${T.notServed(workload.title)}<//>`}
    ${isServed && html`<${SignIn} config=${config} />`}
    ${!workload.openapi ? "" : document === undefined || !View ? html`<p class="soft">${T.loading}</p>`
      : document === null ? html`<${Notice} kind="bad">${T.noWorkloads}<//>`
      : html`<${View} workload=${workload} config=${config} document=${document} />`}`;
}

function Page({ config, workloads, note }) {
  const at = usePlace(), workload = workloads.find(one => one.name === at);
  const name = workload ? (workload.view in VIEWS ? workload.view : "form") : INSIGHT.includes(at) ? at : "";
  const { View, failed } = useView(name);
  const title = workload?.title ?? T[at] ?? T.product;
  useEffect(() => { document.title = title === T.product ? title : `${title} · ${T.product}`; }, [title]);
  return html`<a class="skip" href="#content" onClick=${event => { event.preventDefault(); document.getElementById("content").focus(); }}>${T.skip}</a>
    <div class="shell"><${Side} workloads=${workloads} at=${at} config=${config} />
    <main id="content" tabindex="-1">
      ${note && html`<${Notice} kind="bad">${note}<//>`}
      ${failed ? html`<${Notice} kind="bad">${T.broken}<//>`
        : !name ? html`<${Home} workloads=${workloads} config=${config} />`
        : workload ? html`<${Workload} key=${workload.name} workload=${workload} config=${config} View=${View} />`
        : html`<header><h1>${T[at]}</h1></header>${View ? html`<${View} key=${at} workloads=${workloads} config=${config} />` : html`<p class="soft">${T.loading}</p>`}`}
    </main></div>`;
}

const [config, workloads] = await Promise.all([read("config.json"), read("data/workloads.json")]);
const note = config ? await finishSignIn(config) : "";
// One that cannot be read has its name and the reason only.
const named = listed(workloads, "workloads").map(one => ({ title: one.name, ...one }));
render(html`<${Page} config=${config} workloads=${named} note=${note} />`, document.getElementById("page"));
