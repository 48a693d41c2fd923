// Who calls: what the user enters stays in this page's memory, and is gone with the page.
import { signed } from "./sigv4.js";
import { T } from "./text.en.js";

const memory = { key: "", accessKey: "", secretKey: "", sessionToken: "", token: "", expires: 0 };
const listeners = new Set();

class SessionError extends Error { name = "SessionError"; }

export const sessionFields = {
  "api-key": [["key", T.apiKey, "password"]],
  cognito: [["token", T.token, "password"]],
  iam: [["accessKey", T.accessKey, "text"], ["secretKey", T.secretKey, "password"], ["sessionToken", T.sessionToken, "password"]],
};

export const scheme = config => config?.auth?.type || "none";

export function isSignedIn(config) {
  const needed = { none: true, "api-key": memory.key, iam: memory.accessKey && memory.secretKey, cognito: memory.token && (!memory.expires || memory.expires > Date.now()) };
  return Boolean(needed[scheme(config)]);
}

export function enter(values) {
  Object.assign(memory, values);
  for (const one of listeners) one();
}

export const watch = listener => { listeners.add(listener); return () => listeners.delete(listener); };

export async function authorize(config, url, body, headers) {
  if (!isSignedIn(config)) throw new SessionError(T.signInFirst);
  switch (scheme(config)) {
    case "api-key": return { ...headers, "X-Api-Key": memory.key };
    case "cognito": return { ...headers, Authorization: `Bearer ${memory.token}` };
    case "iam": return signed(memory, config.region, url, body, headers);
    default: return headers;
  }
}

/* Cognito: the code flow with PKCE. Only the verifier and the state outlive the redirect; tokens never do. */

const base64url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const redirect = auth => auth.redirect || `${location.origin}${location.pathname}`;

export async function signIn({ auth }) {
  const verifier = random(), state = random();
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  sessionStorage.setItem("sign-in", JSON.stringify({ verifier, state, hash: location.hash }));
  location.assign(`${auth.domain}/oauth2/authorize?${new URLSearchParams({
    response_type: "code", client_id: auth.clientId, redirect_uri: redirect(auth), scope: "openid email",
    state, code_challenge: challenge, code_challenge_method: "S256",
  })}`);
}

// Ends a sign-in that the address brings back; says why it failed, else nothing.
export async function finishSignIn({ auth }) {
  const query = new URLSearchParams(location.search), saved = JSON.parse(sessionStorage.getItem("sign-in") || "null");
  if (auth?.type !== "cognito" || !(query.has("code") || query.has("error"))) return "";
  sessionStorage.removeItem("sign-in");
  history.replaceState(null, "", location.pathname + (saved?.hash || ""));
  if (!saved || query.get("state") !== saved.state || !query.has("code")) return T.signInFailed;
  try {
    const response = await fetch(`${auth.domain}/oauth2/token`, {
      method: "POST", credentials: "omit", headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "authorization_code", client_id: auth.clientId, code: query.get("code"),
        redirect_uri: redirect(auth), code_verifier: saved.verifier,
      }),
    });
    const tokens = await response.json();
    if (!response.ok || !tokens.id_token) return T.signInFailed;
    enter({ token: tokens.id_token, expires: Date.now() + (tokens.expires_in || 300) * 1000 });
    return "";
  } catch { return T.signInFailed; }
}
