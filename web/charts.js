// Plain SVG: scales, axes, points, histograms.
import { html, short } from "./ui.js";
import { T } from "./text.en.js";

const WIDTH = 760, HEIGHT = 340, LEFT = 64, RIGHT = 16, TOP = 12, BOTTOM = 50;

export function ticks(low, high, most = 6) {
  const rough = (high - low) / most || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(one => one >= rough) || rough;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9 && found.length < 50; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

export function around(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

const scale = ([low, high], from, to) => value => from + (value - low) / (high - low) * (to - from);

export function Frame({ label, x, y, xTitle, yTitle, xTicks, children }) {
  const left = scale(x, LEFT, WIDTH - RIGHT), top = scale(y, HEIGHT - BOTTOM, TOP);
  return html`<svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}>
    ${ticks(...y).map(one => html`<g key=${`y${one}`}><line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${top(one)} y2=${top(one)} />
      <text x=${LEFT - 8} y=${top(one) + 4} text-anchor="end">${short(one)}</text></g>`)}
    ${(xTicks || ticks(...x).map(one => [one, short(one)])).map(([at, text]) => html`<text key=${`x${at}`} x=${left(at)} y=${HEIGHT - BOTTOM + 18} text-anchor="middle">${text}</text>`)}
    <text x=${(LEFT + WIDTH - RIGHT) / 2} y=${HEIGHT - 8} text-anchor="middle">${xTitle}</text>
    <text transform=${`translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`} text-anchor="middle">${yTitle}</text>
    ${children(left, top)}</svg>`;
}

export function Scatter({ rows, x, y, nameOf, colorOf }) {
  return html`<${Frame} label=${`${y} × ${x}`} x=${around(rows.map(row => row[x]))} y=${around(rows.map(row => row[y]))} xTitle=${x} yTitle=${y}>
    ${(left, top) => rows.map((row, index) => html`<circle key=${index} class="mark" cx=${left(row[x])} cy=${top(row[y])} r="6" style=${{ fill: colorOf(row) }}>
      <title>${T.point(nameOf(row), x, short(row[x]), y, short(row[y]))}</title></circle>`)}<//>`;
}

export function Histogram({ values, title }) {
  const [low, high] = around(values), bins = Math.min(20, Math.max(1, Math.ceil(Math.sqrt(values.length)))), width = (high - low) / bins;
  const tally = Array(bins).fill(0);
  for (const one of values) tally[Math.min(bins - 1, Math.floor((one - low) / width))] += 1;
  return html`<${Frame} label=${title} x=${[low, high]} y=${[0, Math.max(...tally) * 1.08]} xTitle=${title} yTitle=${T.jobs}>
    ${(left, top) => tally.map((count, bin) => html`<rect key=${bin} class="mark" x=${left(low + bin * width) + 1} y=${top(count)}
      width=${left(low + width) - left(low) - 2} height=${top(0) - top(count)}><title>${T.bin(short(low + bin * width), short(low + (bin + 1) * width), count)}</title></rect>`)}<//>`;
}

// Bars beside each other within each minute, as Studio draws a metric with a period of one minute.
export function ByMinute({ points, title, colorOf }) {
  const start = points.reduce((least, one) => Math.min(least, one.minute), Infinity);
  const length = points.reduce((most, one) => Math.max(most, one.minute), start) - start + 1;
  const [low, high] = around([0, ...points.map(one => one.value)]), step = Math.ceil(length / 10), labels = [];
  for (let at = 0; at < length; at += step) labels.push([at + 0.5, new Date((start + at) * 60000).toISOString().slice(11, 16)]);
  const within = {}, drawn = {};
  for (const one of points) within[one.minute] = (within[one.minute] || 0) + 1;
  return html`<${Frame} label=${title} x=${[0, length]} y=${[Math.min(0, low), high]} xTitle=${T.started} yTitle=${title} xTicks=${labels}>
    ${(left, top) => points.map((one, index) => {
      const order = drawn[one.minute] = (drawn[one.minute] ?? -1) + 1, width = (left(1) - left(0)) * 0.9 / within[one.minute];
      const [above, below] = [top(Math.max(0, one.value)), top(Math.min(0, one.value))];
      return html`<rect key=${index} class="mark" x=${left(one.minute - start + 0.05) + order * width} y=${above} width=${Math.max(0.5, width - 1)}
        height=${below - above} style=${{ fill: colorOf(one.row) }}><title>${`${one.name}: ${short(one.value)}`}</title></rect>`;
    })}<//>`;
}

// Two distributions over the same places, each as shares of its own whole.
export function Beside({ label, first, second }) {
  const places = [...new Set([...first, ...second].map(one => one.at))].slice(0, 24), wide = 240, high = 84;
  const shareOf = list => { const whole = list.reduce((sum, one) => sum + one.count, 0) || 1; return at => (list.find(one => one.at === at)?.count || 0) / whole; };
  const shares = [shareOf(first), shareOf(second)], most = Math.max(0.0001, ...places.flatMap(at => shares.map(one => one(at))));
  const slot = wide / Math.max(1, places.length);
  return html`<svg class="chart" viewBox=${`0 0 ${wide} ${high + 4}`} role="img" aria-label=${label}>
    <line class="grid" x1="0" x2=${wide} y1=${high} y2=${high} />
    ${places.flatMap((at, index) => shares.map((one, side) => html`<rect key=${`${index} ${side}`} class=${`mark ${side ? "other" : ""}`}
      x=${index * slot + slot * (side ? 0.5 : 0.08)} width=${slot * 0.4} y=${high - one(at) / most * high} height=${one(at) / most * high}>
      <title>${`${short(at)}: ${(one(at) * 100).toFixed(1)} % ${side ? T.captured : T.baseline}`}</title></rect>`))}</svg>`;
}
