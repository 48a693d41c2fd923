// Emojis: the answer follows as a person types.
import { html, useState, useEffect, short, Bar, Notice } from "../ui.js";
import { errorsByField, exampleJson } from "../contract.js";
import { Problem, Status, useCall } from "../calling.js";
import { Snippets } from "../snippets.js";
import { isSignedIn } from "../session.js";
import { T } from "../text.en.js";

const PAUSE = 250;
const textOf = tweet => typeof tweet === "string" ? tweet : tweet?.text ?? "";

export function View({ workload, config, document }) {
  const example = exampleJson(document, workload.path, workload.example)?.tweets || [];
  const [text, setText] = useState(textOf(example[0])), [isTyping, setTyping] = useState(false);
  const { send, ...state } = useCall(config, workload);
  const body = JSON.stringify({ tweets: [text] });
  const submit = event => { event?.preventDefault(); setTyping(false); send(body); };
  useEffect(() => {
    if (!isTyping || !text.trim() || !isSignedIn(config)) return undefined;
    const timer = setTimeout(() => send(body), PAUSE);
    return () => clearTimeout(timer);
  }, [text, isTyping]);
  const problem = state.answer && !state.answer.ok && !state.isWaiting ? state.answer.problem : null;
  const found = state.answer?.ok ? state.answer.data.predictions?.[0] : null;
  const emojis = Array.isArray(found?.emojis) ? found.emojis.slice(0, 20) : [];
  return html`<div class="split"><form class="card" onSubmit=${submit}>
      <label><span>${T.emojiText}</span><textarea class="prose" name="text" value=${text}
        onInput=${event => { setTyping(true); setText(event.target.value); }}></textarea></label>
      <p class="soft">${T.typing}</p>
      <div class="actions"><button class="main">${T.suggest}</button></div></form>
    <section class="card" aria-labelledby="answer"><h2 id="answer">${T.answer}</h2>
      <${Status} ...${state} />
      ${problem && html`<${Problem} problem=${problem} general=${errorsByField(problem, [])[""]} onRetry=${submit} />`}
      ${found && html`<p>${found.recommended ? html`<span class="badge good">${T.recommended}</span> <span class="big">${short(emojis[0]?.emoji)}</span>` : T.notRecommended}</p>
        <ul class="emojis">${emojis.map((one, index) => html`<li key=${index}><b>${short(one?.emoji)}</b>
          <${Bar} share=${Number(one?.share) || 0} label=${T.share(Number(one?.share) || 0)} /><span class="share">${T.share(Number(one?.share) || 0)}</span></li>`)}</ul>
        ${found.truncated && html`<${Notice}>${T.truncated}<//>`}`}
      <${Snippets} config=${config} workload=${workload} body=${body} /></section></div>`;
}
