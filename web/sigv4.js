// AWS Signature Version 4 for execute-api, by the browser's own cryptography.

const bytes = text => new TextEncoder().encode(text);
const hex = buffer => [...new Uint8Array(buffer)].map(one => one.toString(16).padStart(2, "0")).join("");
const sha256 = async data => hex(await crypto.subtle.digest("SHA-256", typeof data === "string" ? bytes(data) : data));

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(text)));
}

// encodeURIComponent leaves five characters that AWS encodes.
const encoded = text => encodeURIComponent(text).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

export async function signed(keys, region, url, body, headers, now = new Date()) {
  const { host, pathname, searchParams } = new URL(url);
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, ""), day = time.slice(0, 8);
  const own = { host, "x-amz-date": time, ...(keys.sessionToken && { "x-amz-security-token": keys.sessionToken }) };
  const names = Object.keys(own).sort();
  const query = [...searchParams].map(pair => pair.map(encoded).join("=")).sort().join("&");
  const canonical = ["POST", pathname.split("/").map(encoded).join("/"), query,
    ...names.map(name => `${name}:${own[name]}`), "", names.join(";"), await sha256(body)].join("\n");
  const scope = `${day}/${region}/execute-api/aws4_request`;
  let key = bytes(`AWS4${keys.secretKey}`);
  for (const part of [day, region, "execute-api", "aws4_request"]) key = await hmac(key, part);
  const signature = hex(await hmac(key, ["AWS4-HMAC-SHA256", time, scope, await sha256(canonical)].join("\n")));
  const { host: _, ...sent } = own;
  return { ...headers, ...sent,
    Authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}
