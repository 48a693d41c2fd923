// uPlot, loaded when a view first needs it, in the page's colors.
let loading;

export function uplot() {
  loading ||= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "vendor/uplot.css" });
    const script = Object.assign(document.createElement("script"), { src: "vendor/uplot.js", onload: () => resolve(window.uPlot), onerror: reject });
    document.head.append(style, script);
  });
  return loading;
}

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const HOUR = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "UTC" });
const axisTime = (_, values) => values.map(one => (one % 86400 ? HOUR : DAY).format(new Date(one * 1000)));

export const SAMPLES = 8;

// The data's columns: times, history, truth, low, high, median, samples.
export function forecastPlot(uPlot, element, texts, data) {
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") }, size: 56 };
  const line = (label, stroke, width = 2, more = {}) => ({ label, stroke, width, points: { show: false }, ...more });
  const accent = color("--accent");
  return new uPlot({
    width: element.clientWidth || 700, height: 340, tzDate: at => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true } },
    axes: [{ ...axis, size: 40, values: axisTime, space: 90 }, axis],
    bands: [{ series: [4, 3], fill: color("--band") }],
    series: [{ label: texts.time }, line(texts.history, color("--soft"), 1.5), line(texts.truth, color("--truth"), 2),
      line(texts.low, accent, 0.5), line(texts.high, accent, 0.5), line(texts.median, accent, 2.5),
      ...Array.from({ length: SAMPLES }, (_, index) => line(`${texts.sample} ${index + 1}`, accent, 0.6, { dash: [3, 3] }))],
    legend: { show: false },
  }, data, element);
}

export function specialPlot(uPlot, element, label, data) {
  const axis = { stroke: color("--soft"), grid: { show: false }, size: 56 };
  return new uPlot({
    width: element.clientWidth || 700, height: 90, tzDate: at => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"), cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: [0, 1.2] } }, legend: { show: false },
    axes: [{ ...axis, size: 30, values: axisTime, space: 90 }, { ...axis, values: () => [] }],
    series: [{}, { label, stroke: color("--truth"), fill: color("--truth"), width: 1, points: { show: false } }],
  }, data, element);
}
