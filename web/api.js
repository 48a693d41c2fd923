// A call of a workload's API: authorized by the session, timed, and never left open.
import { authorize } from "./session.js";
import { T } from "./text.en.js";

const PATIENCE = 60_000;
// What is read of an answer: a page that draws more helps nobody.
const LARGEST = 8_000_000;

export function addressOf(config, workload) {
  const own = config?.apis?.[workload.name];
  const base = typeof own === "string" ? own : own?.url ?? (typeof config?.api === "string" ? config.api : null);
  return base === null ? null : new URL(`${base.replace(/\/$/, "")}${workload.path}`, document.baseURI).href;
}

// {status, ok, data | problem, milliseconds, correlation}: never throws, but for an abort of the caller.
export async function call(config, workload, { body, type = "application/json", signal }) {
  const url = addressOf(config, workload);
  if (!url) return failed(0, T.notServed(workload.title));
  const timer = new AbortController(), timeout = setTimeout(() => timer.abort(), PATIENCE);
  const begun = performance.now();
  try {
    const headers = await authorize(config, url, body, { "Content-Type": type, Accept: "application/json" });
    const response = await fetch(url, {
      method: "POST", body, headers, credentials: "omit", redirect: "error", cache: "no-store",
      signal: signal ? AbortSignal.any([signal, timer.signal]) : timer.signal,
    });
    const text = await limited(response);
    return { ...understood(response, text), milliseconds: performance.now() - begun };
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error.name === "SessionError") return failed(401, error.message);
    const detail = timer.signal.aborted ? T.tooSlow(PATIENCE / 1000) : error.message === T.tooLarge ? T.tooLarge : T.unreachable;
    return { ...failed(0, detail), milliseconds: performance.now() - begun };
  } finally { clearTimeout(timeout); }
}

const failed = (status, detail) => ({ ok: false, status, problem: { title: T.noAnswer, detail } });

async function limited(response) {
  const reader = response.body?.getReader();
  if (!reader) return response.text();
  const decoder = new TextDecoder(), parts = [];
  for (let length = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return parts.join("") + decoder.decode();
    length += value.length;
    if (length > LARGEST) { await reader.cancel(); throw new Error(T.tooLarge); }
    parts.push(decoder.decode(value, { stream: true }));
  }
}

function understood(response, text) {
  let data;
  try { data = JSON.parse(text); } catch { data = undefined; }
  const isObject = data !== null && typeof data === "object" && !Array.isArray(data);
  if (response.ok && isObject) return { ok: true, status: response.status, data, text };
  const own = response.ok ? { title: T.notJson, detail: text.slice(0, 2000) }
    : isObject ? data : { title: T.status(response.status), detail: text.slice(0, 2000) };
  const after = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const problem = after > 0 ? { ...own, retryAfter: Math.min(after, 3600) } : own;
  return { ok: false, status: response.status, problem };
}
