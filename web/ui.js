// Preact with htm, and the small parts that every view is made of.
import { h, render, Fragment } from "./vendor/preact.js";
import { useState, useEffect, useRef, useMemo } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";
import { T } from "./text.en.js";

export const html = htm.bind(h);
export { h, render, Fragment, useState, useEffect, useRef, useMemo };

// An answer may be a megabyte: what is drawn of a text ends here.
const LONGEST = 2000;

export function short(value) {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  if (typeof value === "boolean") return value ? T.yes : T.no;
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… ${T.cut(text.length - LONGEST)}` : text;
}

export const seconds = value =>
  typeof value !== "number" ? "" : value < 1 ? `${Math.round(value * 1000)} ms` : value < 60 ? `${value.toFixed(1)} s`
    : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;

export const moment = text => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? short(text) : at.toISOString().slice(0, 19).replace("T", " ");
};

export const Bar = ({ share, label }) => html`
  <span class="bar" role="img" aria-label=${label}><i style=${{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }}></i></span>`;

export const Notice = ({ kind = "note", children }) => html`<p class=${`notice ${kind}`}>${children}</p>`;

const BADGES = {
  succeeded: "good", completed: "good", trained: "good", failed: "bad", stopped: "calm", interrupted: "bad",
  running: "busy", inprogress: "busy", waiting: "calm",
};
export const Badge = ({ status }) =>
  html`<span class=${`badge ${BADGES[String(status).toLowerCase()] || "calm"}`}>${short(status)}</span>`;

export const Choice = ({ label, value, options, onChange, name }) => html`
  <label class="choice"><span>${label}</span>
    <select name=${name} value=${value} onChange=${event => onChange(event.target.value)}>
      ${options.map(one => {
        const [key, text] = Array.isArray(one) ? one : [one, one];
        return html`<option key=${key} value=${key} selected=${key === value}>${short(text)}</option>`;
      })}
    </select></label>`;

export const Slider = ({ label, value, min, max, step = 1, unit = "", onInput, name }) => html`
  <label class="slider"><span>${label} <output>${short(value)}${unit}</output></span>
    <input type="range" name=${name} min=${min} max=${max} step=${step} value=${value}
      onInput=${event => onInput(Number(event.target.value))} /></label>`;

export function Tabs({ label, tabs, chosen, onChoose }) {
  return html`<div class="tabs" role="group" aria-label=${label}>
    ${tabs.map(([key, text]) => html`<button key=${key} type="button" aria-pressed=${String(key === chosen)}
      onClick=${() => onChoose(key)}>${text}</button>`)}
  </div>`;
}

// A wide table scrolls within itself, by keyboard too.
export const Wide = ({ label, children }) =>
  html`<div class="wide" tabindex="0" role="region" aria-label=${label}>${children}</div>`;

export function Table({ label, columns, rows, sortable = true }) {
  const [order, setOrder] = useState(null);
  const shown = order ? [...rows].sort((one, other) => compare(one[order.column], other[order.column], order.down)) : rows;
  const press = name => setOrder(order && order.column === name
    ? { column: name, down: !order.down } : { column: name, down: rows.some(row => typeof row[name] === "number") });
  return html`<${Wide} label=${label}><table>
    <thead><tr>${columns.map(name => html`
      <th key=${name} scope="col" aria-sort=${order?.column === name ? (order.down ? "descending" : "ascending") : undefined}>
        ${sortable ? html`<button type="button" onClick=${() => press(name)}>${short(name)}${order?.column === name ? (order.down ? " ↓" : " ↑") : ""}</button>` : short(name)}
      </th>`)}</tr></thead>
    <tbody>${shown.map((row, index) => html`<tr key=${row.key ?? index}>
      ${columns.map(name => html`<td key=${name} class=${typeof row[name] === "number" ? "number" : ""}>${cell(row[name])}</td>`)}</tr>`)}
    </tbody></table><//>`;
}

const cell = value => value && typeof value === "object" && value.type !== undefined && value.props ? value : short(value);

function compare(one, other, down) {
  if (one === undefined || one === null || other === undefined || other === null)
    return ((one ?? null) === null ? 1 : 0) - ((other ?? null) === null ? 1 : 0);
  const order = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
  return down ? -order : order;
}

// A document of the data folder: undefined while it comes, null where there is none.
// `again` says after how many milliseconds to ask once more, by what was found; 0 ends it.
export function useDocument(path, again = () => 0) {
  const [found, setFound] = useState(undefined);
  useEffect(() => {
    let open = true, timer;
    const load = async () => {
      const document = await read(path);
      if (!open) return;
      setFound(document);
      const pause = again(document);
      if (pause) timer = setTimeout(load, pause);
    };
    setFound(undefined);
    if (path) load();
    return () => { open = false; clearTimeout(timer); };
  }, [path]);
  return found;
}

export async function read(path) {
  try {
    const response = await fetch(path, { cache: "no-store", credentials: "omit" });
    return response.ok ? await response.json() : null;
  } catch { return null; }
}

export const listed = (document, name) => Array.isArray(document) ? document : Array.isArray(document?.[name]) ? document[name] : [];
