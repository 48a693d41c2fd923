// Series in steps, cut where a forecast begins.
export const HORIZON = 84;
const DAYS = 100, LARGEST = 20000;
export const DAY = step => Math.round(86400 / step);

export const at = text => Date.parse(`${String(text).replace(" ", "T").slice(0, 19)}Z`) / 1000;
export const stamp = seconds => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");

// The days on which a forecast can begin with the truth known after it; a short series has one.
export const daysOf = (series, step) => Math.max(0, Math.min(DAYS, Math.floor((series.values.length - HORIZON - DAY(step)) / DAY(step))));

// A value is missing or not by its place alone, so that a slider that moves back shows the same gaps.
const isMissing = (index, share) => ((Math.imul(index + 1, 2654435761) >>> 0) / 4294967296) < share;

export function cutAt(series, step, day) {
  const last = daysOf(series, step);
  return last === 0 ? series.values.length : series.values.length - HORIZON - (last - Math.min(day, last)) * DAY(step);
}

export function request(series, step, { day, confidence, missing, samples }) {
  const cut = cutAt(series, step, day), from = Math.max(0, cut - LARGEST);
  const history = series.values.slice(from, cut).map((one, index) => isMissing(from + index, missing) ? null : one);
  // A history of nothing but gaps is refused.
  if (history.every(one => one === null)) history[history.length - 1] = series.values[cut - 1] ?? 0;
  const [low, high] = quantiles(confidence);
  return { series: [{ start: stamp(at(series.start) + from * step), history }], quantiles: [low, 0.5, high], num_samples: 100, ...(samples && { samples: true }) };
}

export function quantiles(confidence) {
  const low = Number(((1 - confidence / 100) / 2).toFixed(4));
  return [low, Number((1 - low).toFixed(4))];
}

// Columns for the plot: times, history, truth, low, high, median, samples.
export function columns(series, step, { day, confidence, weeks, missing, samples }, forecast, most) {
  const cut = cutAt(series, step, day), start = Math.max(0, cut - weeks * 7 * DAY(step)), length = cut - start + HORIZON;
  const blank = () => Array(length).fill(null), first = at(series.start) + start * step;
  const times = Array.from({ length }, (_, index) => first + index * step), history = blank(), truth = blank();
  for (let index = 0; index < length; index++) {
    const place = start + index, value = series.values[place] ?? null;
    if (place < cut) history[index] = isMissing(place, missing) ? null : value;
    else truth[index] = value;
  }
  const after = list => { const made = blank(); (Array.isArray(list) ? list : []).slice(0, HORIZON).forEach((one, index) => { made[cut - start + index] = Number.isFinite(one) ? one : null; }); return made; };
  const [low, high] = quantiles(confidence), named = forecast?.quantiles || {};
  const paths = samples && Array.isArray(forecast?.samples) ? forecast.samples : [];
  return [times, history, truth, after(named[String(low)]), after(named[String(high)]), after(named["0.5"]), ...Array.from({ length: most }, (_, index) => after(paths[index]))];
}

export function special(series, times) {
  const days = new Set(series.special || []);
  return [times, times.map(one => days.has(stamp(one).slice(0, 10)) ? 1 : 0)];
}

export function pasted(text, start) {
  const values = text.trim().split(/[,;\n]/).map(one => one.trim() === "" || !Number.isFinite(Number(one)) ? null : Number(one));
  return values.filter(one => one !== null).length >= 12 && Number.isFinite(at(start)) ? { start, values } : null;
}
