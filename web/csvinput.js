// Rows of CSV: typed, pasted, dropped or chosen as a file.
import { html, useState } from "./ui.js";
import { T } from "./text.en.js";

const LARGEST = 5_000_000;

export function CsvInput({ text, onText }) {
  const [isOver, setOver] = useState(false), [note, setNote] = useState("");
  const take = async file => {
    setOver(false);
    if (!file) return;
    if (file.size > LARGEST) { setNote(T.csvLarge); return; }
    setNote("");
    onText(await file.text());
  };
  return html`<div class=${`drop ${isOver ? "over" : ""}`}
      onDragOver=${event => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
      onDrop=${event => { event.preventDefault(); take(event.dataTransfer.files[0]); }}>
    <label><span>${T.csvLabel}</span><textarea name="csv" spellcheck=${false} value=${text} onInput=${event => onText(event.target.value)}></textarea></label>
    <p class="soft">${T.csvHint}</p>
    <label><span>${T.csvFile}</span><input name="file" type="file" accept=".csv,.txt,text/csv" onChange=${event => take(event.target.files[0])} /></label>
    ${note && html`<p class="error" role="alert">${note}</p>`}
  </div>`;
}
