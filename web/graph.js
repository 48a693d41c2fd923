// Steps as a graph: each in the column after the last of those that it waits for.
import { html, seconds } from "./ui.js";
import { T } from "./text.en.js";

const WIDE = 168, HIGH = 54, ACROSS = 44, DOWN = 18;
const KINDS = { succeeded: "good", completed: "good", reused: "good", failed: "bad", interrupted: "bad", running: "busy" };
const kindOf = status => KINDS[String(status).toLowerCase()] || "calm";

export function placed(steps) {
  const byName = new Map(steps.map(one => [one.name, one])), columns = new Map();
  const columnOf = (step, seen) => {
    if (columns.has(step.name)) return columns.get(step.name);
    // A circle ends here, so that a wrong document draws something.
    const before = (step.after || []).map(name => byName.get(name)).filter(one => one && !seen.has(one.name));
    const column = before.length ? 1 + Math.max(...before.map(one => columnOf(one, new Set([...seen, step.name])))) : 0;
    columns.set(step.name, column);
    return column;
  };
  const filled = [];
  return steps.map(step => {
    const column = columnOf(step, new Set([step.name])), row = filled[column] = (filled[column] ?? -1) + 1;
    return { step, x: column * (WIDE + ACROSS) + 2, y: row * (HIGH + DOWN) + 2 };
  });
}

const cut = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

export function Graph({ steps, label }) {
  const nodes = placed(steps), at = new Map(nodes.map(one => [one.step.name, one]));
  const width = Math.max(...nodes.map(one => one.x)) + WIDE + 4, height = Math.max(...nodes.map(one => one.y)) + HIGH + 4;
  const edges = nodes.flatMap(node => (node.step.after || []).filter(name => at.has(name)).map(name => [at.get(name), node]));
  return html`<svg viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${label}>
    ${edges.map(([from, to], index) => {
      const [x1, y1, x2, y2] = [from.x + WIDE, from.y + HIGH / 2, to.x, to.y + HIGH / 2], half = (x1 + x2) / 2;
      return html`<path key=${index} class="edge" d=${`M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`} />`;
    })}
    ${nodes.map(({ step, x, y }) => html`<g key=${step.name} class=${`node ${kindOf(step.status)}`} transform=${`translate(${x} ${y})`}>
      <title>${T.state(step.name, step.status, seconds(step.seconds))}</title>
      <rect width=${WIDE} height=${HIGH} rx="8" /><text x="12" y="23">${cut(String(step.name), 21)}</text>
      <text class="small" x="12" y="41">${[step.status, seconds(step.seconds)].filter(Boolean).join(" · ")}</text></g>`)}</svg>`;
}
