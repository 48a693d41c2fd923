// The same call for a shell, for Python, and for this project's command line.
import { html, useState, Tabs } from "./ui.js";
import { addressOf } from "./api.js";
import { scheme } from "./session.js";
import { T } from "./text.en.js";

const quoted = text => `'${text.replace(/'/g, "'\\''")}'`;
const python = text => JSON.stringify(text).replace(/[\u007f-\uffff]/g, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

const CURL = {
  none: () => "", "api-key": () => ` \\\n  -H "X-Api-Key: $API_KEY"`, cognito: () => ` \\\n  -H "Authorization: Bearer $TOKEN"`,
  iam: region => ` \\\n  --aws-sigv4 "aws:amz:${region}:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`,
};
const HEADER = { none: "", "api-key": `, "X-Api-Key": os.environ["API_KEY"]`, cognito: `, "Authorization": "Bearer " + os.environ["TOKEN"]`, iam: "" };

export const curl = (config, url, body, type) =>
  `curl ${quoted(url)} \\\n  -H ${quoted(`Content-Type: ${type}`)} -H 'Accept: application/json'${CURL[scheme(config)](config.region)} \\\n  --data-binary ${quoted(body)}`;

export function pythonCall(config, url, body, type) {
  const isSigned = scheme(config) === "iam";
  return [...(isSigned ? ["import boto3", "from botocore.auth import SigV4Auth", "from botocore.awsrequest import AWSRequest"] : HEADER[scheme(config)] ? ["import os"] : []),
    "import urllib.request", "", `url = ${python(url)}`, `body = ${python(body)}.encode()`,
    `headers = {"Content-Type": ${python(type)}, "Accept": "application/json"${HEADER[scheme(config)]}}`,
    ...(isSigned ? ["signed = AWSRequest(\"POST\", url, headers, body)",
      `SigV4Auth(boto3.Session().get_credentials(), "execute-api", ${python(config.region)}).add_auth(signed)`, "headers = dict(signed.headers)"] : []),
    "request = urllib.request.Request(url, body, headers)", "print(urllib.request.urlopen(request).read().decode())"].join("\n");
}

export function Snippets({ config, workload, body, type = "application/json", csv }) {
  const [kind, setKind] = useState("curl"), [copied, setCopied] = useState(false), [isOpen, setOpen] = useState(false);
  const url = addressOf(config, workload);
  if (!url) return null;
  const kinds = { curl: () => curl(config, url, body, type), python: () => pythonCall(config, url, body, type),
    ...(csv !== undefined && { cli: () => csv.includes("\n")
      ? `printf %s ${quoted(csv)} | .venv/bin/slipway invoke ${workload.name} -` : `.venv/bin/slipway invoke ${workload.name} --row ${quoted(csv)}` }) };
  const copy = async () => { await navigator.clipboard?.writeText(kinds[kind]()).then(() => setCopied(true), () => {}); };
  return html`<details class="snippets" onToggle=${event => setOpen(event.target.open)}><summary>${T.same}</summary>
    ${isOpen && html`<${Tabs} label=${T.same} tabs=${[["curl", "curl"], ["python", "Python"], ...(csv !== undefined ? [["cli", "CLI"]] : [])]}
      chosen=${kind} onChoose=${one => { setKind(one); setCopied(false); }} />
    <pre tabindex="0">${kinds[kind]().slice(0, 20000)}</pre>
    <div class="actions"><button type="button" onClick=${copy}>${copied ? T.copied : T.copy}</button></div>`}
  </details>`;
}
