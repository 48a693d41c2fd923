"use strict";
// The data: rows as the table has them, and every value of every metric with its time.
const data = JSON.parse(document.getElementById("data").textContent);
const NONE = "none";
const CHARTS = { summary: ["scatter", "histogram", "bar"], series: ["histogram", "line"] };
const WIDTH = 960, HEIGHT = 420, LEFT = 70, RIGHT = 20, TOP = 16, BOTTOM = 54;
const TITLES = {
  data: "Data type", chart: "Chart type", x: "X axis", y: "Y axis", color: "Color",
  summary: "summary statistics", series: "time series", scatter: "scatter plot", histogram: "histogram",
  bar: "bar chart", line: "line chart",
};

const numeric = [...new Set(data.rows.flatMap(row => Object.keys(row)))]
  .filter(name => data.rows.some(row => typeof row[name] === "number"));
const texts = [...new Set(data.rows.flatMap(row => Object.keys(row)))].filter(name => !numeric.includes(name));
const metrics = [...new Set(data.series.flatMap(one => Object.keys(one)))];
const state = {
  data: "summary", chart: "scatter", color: "component",
  x: data.first.x || numeric[0], y: data.first.y || numeric[1] || numeric[0], metric: data.first.metric || metrics[0],
};

function element(name, attributes = {}, text = "") {
  const made = SVG.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== "") made.textContent = text;
  return made;
}
const SVG = new Set(["svg", "g", "circle", "rect", "polyline", "line", "text", "title"]);

const short = value => typeof value === "number" ? String(Number(value.toPrecision(5))) : String(value ?? "");
const minute = at => Math.floor(Date.parse(at) / 60000);

/* Scales */

function ticks(low, high) {
  const rough = (high - low) / 6 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(one => one >= rough);
  const found = [];
  for (let one = Math.ceil(low / step) * step; one <= high + step * 1e-9; one += step) found.push(one);
  return found;
}

function around(values) {
  let low = Infinity, high = -Infinity;
  for (const one of values) { low = Math.min(low, one); high = Math.max(high, one); }
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - room, high + room];
}

const place = (domain, from, to) => value => from + (value - domain[0]) / (domain[1] - domain[0]) * (to - from);

function colors() {
  const values = data.rows.map(row => row[state.color] ?? "");
  if (values.every(one => typeof one === "number") && new Set(values).size > 2) {
    const [low, high] = around(values);
    const shade = value => `hsl(${(230 - 190 * (value - low) / (high - low)).toFixed(0)} 70% 45%)`;
    return { of: index => shade(values[index]), legend: () => [Math.min(...values), Math.max(...values)].map(one => [short(one), shade(one)]) };
  }
  const groups = [...new Set(values)];
  const hue = value => `hsl(${(groups.indexOf(value) * 137.5 + 210) % 360} 65% 45%)`;
  const used = new Set();
  const of = index => { used.add(values[index]); return hue(values[index]); };
  return { of, legend: () => groups.filter(one => used.has(one)).map(one => [short(one) || NONE, hue(one)]) };
}

/* Drawing */

function frame(title, xDomain, yDomain, xTitle, yTitle, xTick = short) {
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title });
  const x = place(xDomain, LEFT, WIDTH - RIGHT), y = place(yDomain, HEIGHT - BOTTOM, TOP);
  for (const one of ticks(...yDomain)) {
    svg.append(element("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(one), y2: y(one) }));
    svg.append(element("text", { x: LEFT - 6, y: y(one) + 4, "text-anchor": "end" }, short(one)));
  }
  for (const [one, label] of (xTick.labels || ticks(...xDomain).map(one => [one, xTick(one)])))
    svg.append(element("text", { x: x(one), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, label));
  svg.append(element("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 12, "text-anchor": "middle" }, xTitle));
  svg.append(element("text", { transform: `translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" }, yTitle));
  return { svg, x, y, base: y(Math.max(0, yDomain[0])) };
}

function hint(shape, text) { shape.append(element("title", {}, text)); return shape; }

function scatter(color) {
  const points = data.rows.map((row, index) => ({ row, index }))
    .filter(({ row }) => typeof row[state.x] === "number" && typeof row[state.y] === "number");
  if (!points.length) return null;
  const { svg, x, y } = frame(`${state.y} over ${state.x}`, around(points.map(({ row }) => row[state.x])),
    around(points.map(({ row }) => row[state.y])), state.x, state.y);
  for (const { row, index } of points)
    svg.append(hint(element("circle", { cx: x(row[state.x]), cy: y(row[state.y]), r: 6, fill: color.of(index) }),
      `${row.component}\n${state.x} ${short(row[state.x])}\n${state.y} ${short(row[state.y])}`));
  return svg;
}

function counts() {
  const values = data.rows.map(row => row[state.x]).filter(one => typeof one === "number");
  if (!values.length) return null;
  const [low, high] = around(values), bins = Math.min(20, Math.max(1, Math.ceil(Math.sqrt(values.length))));
  const tally = Array(bins).fill(0), width = (high - low) / bins;
  for (const one of values) tally[Math.min(bins - 1, Math.floor((one - low) / width))] += 1;
  const { svg, x, y, base } = frame(`components by ${state.x}`, [low, high], [0, Math.max(...tally) * 1.05], state.x, "components");
  tally.forEach((count, bin) => svg.append(hint(element("rect", {
    x: x(low + bin * width) + 1, y: y(count), width: x(low + width) - x(low) - 2, height: base - y(count), fill: "#1f6fb2",
  }), `${short(low + bin * width)} to ${short(low + (bin + 1) * width)}: ${count}`)));
  return svg;
}

function bars(color) {
  const shown = data.rows.map((row, index) => ({ row, index })).filter(({ row }) => typeof row[state.y] === "number");
  if (!shown.length) return null;
  const values = shown.map(({ row }) => row[state.y]), [low, high] = around([0, ...values]);
  const labels = shown.length > 24 ? [] : shown.map((_, number) => [number + 0.5, String(number + 1)]);
  const { svg, x, y } = frame(`${state.y} by component`, [0, shown.length], [Math.min(0, low), high], "trial component, in the order of the list", state.y, { labels });
  shown.forEach(({ row, index }, number) => {
    const [top, bottom] = [y(Math.max(0, row[state.y])), y(Math.min(0, row[state.y]))];
    svg.append(hint(element("rect", { x: x(number) + 2, y: top, width: Math.max(1, x(1) - x(0) - 4), height: bottom - top, fill: color.of(index) }),
      `${row.component}\n${state.y} ${short(row[state.y])}`));
  });
  return svg;
}

function minutes(color) {
  // As Studio shows a metric with a period of one minute: a bar a component and minute.
  const shown = data.series.map((series, index) => {
    const most = new Map();
    for (const { value, at } of series[state.metric] || []) most.set(minute(at), Math.max(value, most.get(minute(at)) ?? -Infinity));
    return { index, most };
  }).filter(({ most }) => most.size);
  if (!shown.length) return null;
  const all = shown.flatMap(({ most }) => [...most.keys()]), start = Math.min(...all), length = Math.max(...all) - start + 1;
  const [low, high] = around([0, ...shown.flatMap(({ most }) => [...most.values()])]);
  const step = Math.ceil(length / 12), labels = [];
  for (let one = 0; one < length; one += step) labels.push([one + 0.5, new Date((start + one) * 60000).toISOString().slice(11, 16)]);
  const { svg, x, y } = frame(`${state.metric} by minute`, [0, length], [Math.min(0, low), high], "time (UTC)", state.metric, { labels });
  const within = new Map();
  for (const { most } of shown) for (const one of most.keys()) within.set(one, (within.get(one) || 0) + 1);
  const drawn = new Map();
  for (const { index, most } of shown) for (const [one, value] of most) {
    const order = drawn.get(one) || 0, width = (x(1) - x(0)) * 0.9 / within.get(one);
    drawn.set(one, order + 1);
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    svg.append(hint(element("rect", { x: x(one - start + 0.05) + order * width, y: top, width: Math.max(0.5, width - 1), height: bottom - top, fill: color.of(index) }),
      `${data.rows[index].component}\n${state.metric} ${short(value)}`));
  }
  return svg;
}

function lines(color) {
  const shown = data.series.map((series, index) => ({ index, values: series[state.metric] || [] })).filter(({ values }) => values.length);
  if (!shown.length) return null;
  const longest = shown.reduce((most, { values }) => Math.max(most, values.length), 0);
  const { svg, x, y } = frame(`${state.metric} as it was printed`, [1, Math.max(2, longest)], around(shown.flatMap(({ values }) => values.map(one => one.value))),
    "value, in the order in which it was printed", state.metric);
  for (const { index, values } of shown) {
    const points = values.map((one, number) => `${x(number + 1)},${y(one.value)}`).join(" ");
    const shape = values.length > 1 ? element("polyline", { points, stroke: color.of(index) })
      : element("circle", { cx: x(1), cy: y(values[0].value), r: 4, fill: color.of(index) });
    svg.append(hint(shape, data.rows[index].component));
  }
  return svg;
}

const DRAWN = { "summary scatter": scatter, "summary histogram": counts, "summary bar": bars, "series histogram": minutes, "series line": lines };
const NOTES = { "series histogram": "A bar is the largest value of one component within one minute." };

function draw() {
  const kind = `${state.data} ${state.chart}`, color = colors(), svg = DRAWN[kind](color);
  document.getElementById("chart").replaceChildren(...(svg ? [svg] : []));
  document.getElementById("note").textContent = svg ? NOTES[kind] || "" : "No component has these values. Choose others.";
  document.getElementById("legend").replaceChildren(...(svg ? color.legend().slice(0, 40) : []).map(([text, fill]) => {
    const item = element("li"), dot = element("i");
    dot.style.background = fill;
    item.append(dot, text);
    return item;
  }));
}

/* Choices */

function choice(key, options) {
  const label = element("label", {}, TITLES[key === "metric" ? "y" : key]), select = element("select", { name: key });
  for (const one of options) select.append(element("option", { value: one }, TITLES[one] || one));
  select.value = state[key];
  select.addEventListener("change", () => {
    state[key] = select.value;
    if (!CHARTS[state.data].includes(state.chart)) state.chart = CHARTS[state.data][0];
    choose(key);
    draw();
  });
  label.append(select);
  return label;
}

function choose(focused) {
  const form = document.getElementById("options"), summary = state.data === "summary";
  const axes = !summary ? [["metric", metrics]] : [
    ...(state.chart === "bar" ? [] : [["x", numeric]]), ...(state.chart === "histogram" ? [] : [["y", numeric]]),
  ];
  form.replaceChildren(...[["data", ["summary", "series"]], ["chart", CHARTS[state.data]], ...axes, ["color", [...texts, ...numeric]]]
    .map(([key, options]) => choice(key, options)));
  form.elements[focused]?.focus();
}

/* The list */

function list(column, descending) {
  const value = row => row[column];
  const order = data.rows.map((_, index) => index);
  if (column) order.sort((one, other) => {
    const [a, b] = [value(data.rows[one]), value(data.rows[other])];
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return (descending ? -1 : 1) * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
  const table = document.getElementById("list"), head = element("tr"), body = element("tbody");
  for (const name of data.columns) {
    const cell = element("th", { scope: "col", ...(name === column && { "aria-sort": descending ? "descending" : "ascending" }) });
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      list(name, name === column ? !descending : data.rows.some(row => typeof row[name] === "number"));
      [...table.querySelectorAll("button")].find(one => one.textContent === name).focus();
    });
    cell.append(button);
    head.append(cell);
  }
  for (const index of order) {
    const line = element("tr");
    for (const name of data.columns) line.append(element("td", {}, short(data.rows[index][name])));
    body.append(line);
  }
  const top = element("thead");
  top.append(head);
  table.replaceChildren(top, body);
}

document.getElementById("about").textContent = data.about;
choose();
draw();
list(data.first.sort, true);
