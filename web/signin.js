// The session's form, where the APIs demand one.
import { html, useState, useEffect } from "./ui.js";
import { enter, isSignedIn, scheme, sessionFields, signIn, watch } from "./session.js";
import { T } from "./text.en.js";

export function SignIn({ config }) {
  const [, redraw] = useState(0), [values, setValues] = useState({}), [isOpen, setOpen] = useState(false);
  useEffect(() => watch(() => redraw(one => one + 1)), []);
  const kind = scheme(config), fields = sessionFields[kind] || [], isPasted = !(kind === "cognito" && config.auth.domain);
  if (kind === "none") return null;
  if (isSignedIn(config) && !isOpen)
    return html`<p class="soft" role="status">${T.signedIn} ${isPasted && html`<button type="button" class="link" onClick=${() => setOpen(true)}>${T.session}</button>`}</p>`;
  if (kind === "cognito" && config.auth.domain)
    return html`<section class="card"><h2>${T.signIn}</h2><button type="button" class="main" onClick=${() => signIn(config)}>${T.signIn}</button></section>`;
  const isLocal = ["127.0.0.1", "localhost"].includes(location.hostname);
  const submit = event => { event.preventDefault(); enter(values); setOpen(false); };
  return html`<form class="card session" onSubmit=${submit} autocomplete="off"><h2>${T.session}</h2>
    <div class="fields">${fields.map(([name, label, type]) => html`<label key=${name}><span>${label}</span>
      <input name=${name} type=${type} autocomplete="off" spellcheck=${false} value=${values[name] ?? ""}
        onInput=${event => setValues({ ...values, [name]: event.target.value })} /></label>`)}</div>
    <div class="actions"><button class="main">${T.useThese}</button><span class="soft">${T.sessionNote} ${isLocal && kind === "iam" && T.localKeys}</span></div>
  </form>`;
}

