// A call as a view follows it: waiting, answered or refused; a newer call ends an older one.
import { html, useState, useEffect, useRef, seconds, short } from "./ui.js";
import { call } from "./api.js";
import { T } from "./text.en.js";

const SLOW = 3000;

export function useCall(config, workload) {
  const [state, setState] = useState({}), running = useRef(null);
  useEffect(() => () => running.current?.abort(), []);
  const send = async (body, type) => {
    running.current?.abort();
    const own = running.current = new AbortController();
    setState(before => ({ ...before, isWaiting: true, isSlow: false }));
    const slow = setTimeout(() => setState(before => before.isWaiting ? { ...before, isSlow: true } : before), SLOW);
    try {
      const answer = await call(config, workload, { body, type, signal: own.signal });
      if (own.signal.aborted) return null;
      setState({ answer });
      return answer;
    } catch { return null; } finally { clearTimeout(slow); }
  };
  return { ...state, send };
}

// What a screen reader is told, and everybody sees: how the call went.
export const Status = ({ isWaiting, isSlow, answer, text }) => html`<p class="soft status" role="status">
  ${isWaiting ? (isSlow ? T.stillWaiting : T.waiting) : answer?.ok ? text || T.answered(seconds(answer.milliseconds / 1000)) : ""}</p>`;

export function Problem({ problem, onRetry, general = [] }) {
  const [left, setLeft] = useState(problem.retryAfter || 0);
  useEffect(() => {
    setLeft(problem.retryAfter || 0);
    if (!problem.retryAfter) return undefined;
    const timer = setInterval(() => setLeft(one => Math.max(0, one - 1)), 1000);
    return () => clearInterval(timer);
  }, [problem]);
  return html`<div class="notice bad problem" role="alert"><strong>${short(problem.title)}</strong>
    ${problem.detail && html`<div>${short(problem.detail)}</div>`}
    ${general.length > 0 && html`<ul class="lines">${general.slice(0, 20).map((one, index) => html`<li key=${index}>${short(one)}</li>`)}</ul>`}
    ${problem.requestId && html`<div class="soft">${short(problem.requestId)}</div>`}
    ${problem.retryAfter && html`<p>${T.retryAfter(problem.retryAfter)}</p>
      <button type="button" disabled=${left > 0} onClick=${onRetry}>${T.retryIn(left)}</button>`}
  </div>`;
}

