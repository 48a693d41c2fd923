// Predictions as the contract describes them: shares as bars, yes and no as words, all else as text.
import { html, short, Bar, Table } from "./ui.js";
import { resolve } from "./contract.js";
import { T } from "./text.en.js";

const MOST = 200, LONGEST = 20000;

function listOf(data) {
  const [name, list] = Object.entries(data).find(([, one]) => Array.isArray(one)) || [];
  return { name, list: list || [] };
}

function shares(document, found, name) {
  const item = resolve(document, resolve(document, found.answer.properties?.[name]).items);
  return new Set(Object.entries(item.properties || {}).filter(([, one]) => {
    const schema = resolve(document, one);
    return schema.type === "number" && schema.minimum === 0 && schema.maximum === 1;
  }).map(([key]) => key));
}

const Score = ({ name, value }) => html`<span class="score">${short(value)}<${Bar} share=${value} label=${T.score(name, short(value))} /></span>`;
const isShare = (bars, key, value) => bars.has(key) && typeof value === "number";

export function Answer({ answer, found, document }) {
  const { name, list } = listOf(answer.data), bars = shares(document, found, name);
  const rows = list.slice(0, MOST).map(one => one !== null && typeof one === "object" ? one : { [name]: one });
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))].slice(0, 50);
  return html`${rows.length === 1
    ? html`<dl class="result">${columns.map(key => html`<dt key=${`${key} name`}>${short(key)}</dt><dd key=${key}>
        <span class="big">${short(rows[0][key])}</span>${isShare(bars, key, rows[0][key]) && html`<${Bar} share=${rows[0][key]} label=${T.score(key, short(rows[0][key]))} />`}</dd>`)}</dl>`
    : html`<p class="soft">${T.predictions(list.length)}. ${list.length > MOST && T.firstOf(MOST, list.length)}</p>
      <${Table} label=${T.answer} sortable=${false} columns=${[T.row, ...columns]}
        rows=${rows.map((row, index) => ({ [T.row]: index + 1, ...Object.fromEntries(columns.map(key =>
          [key, isShare(bars, key, row[key]) ? html`<${Score} name=${key} value=${row[key]} />` : row[key]])) }))} />`}
    <details><summary>${T.raw}</summary><pre tabindex="0">${answer.text.slice(0, LONGEST)}${answer.text.length > LONGEST && `… ${T.cut(answer.text.length - LONGEST)}`}</pre></details>`;
}
