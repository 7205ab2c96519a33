// What every page that signs shares: the statement checked against the wish, commitments and bytes recomputed, keys of this
// browser, and sending. The server never sees a key. `said` tells a page's sentences: Differs, Key, Lost.
// Source: audit/FORMAT.md sections 4, 5 and 8.

const TYPE = "application/vnd.sundial.statement.v1+json";
const PKCS8 = "302e020100300506032b657004220420";

export class Refused extends Error {}
export const need = (held, message) => { if (!held) throw new Refused(message); };
export const bytesOf = (string) => new TextEncoder().encode(string);
export const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");
export const fromHex = (string) => Uint8Array.from(string.match(/../g) ?? [], (one) => parseInt(one, 16));
export const fromBase64 = (string) => Uint8Array.from(atob(string), (one) => one.charCodeAt(0));
export const random = (size) => hex(crypto.getRandomValues(new Uint8Array(size)));

export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { joined.set(part, at); at += part.length; }
  return joined;
}

export function lengthened(bytes) {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, bytes.length);
  return join(size, bytes);
}

// The same text for the same value, whatever the order of its members.
function ordered(value) {
  if (Array.isArray(value)) return `[${value.map(ordered).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${ordered(value[name])}`).join(",")}}`;
}

async function commitment(statement, one) {
  const message = join(bytesOf("sundial/c1"), ...[statement.origin, statement.stream, String(statement.seq), String(one.slot), one.field, one.value]
    .map((text) => lengthened(bytesOf(text))));
  const salt = await crypto.subtle.importKey("raw", fromHex(one.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", salt, message));
}

// Checks that the statement is the form's wish and nothing else, that every commitment opens to what was typed, and
// that the bytes to sign are the statement's.
export async function check(wish, answer, origin, said) {
  const payload = bytesOf(answer.payload), statement = JSON.parse(answer.payload);
  const wanted = { ...wish.actor, stream: wish.command.stream, action: wish.command.action, public: wish.command.public,
    act_id: wish.act_id, origin, schema: 1 };
  need(Object.entries(wanted).every(([name, value]) => ordered(statement[name]) === ordered(value)), said("Differs"));
  need(statement.sealed.length === 8 && answer.disclosures.every((one) => one.slot >= 0 && one.slot < 8), said("Differs"));
  const opened = {};
  for (const one of answer.disclosures) {
    need(await commitment(statement, one) === statement.sealed[one.slot], said("Differs"));
    if (one.field) opened[one.field] = JSON.parse(one.value);
  }
  need(ordered(opened) === ordered(wish.command.sealed), said("Differs"));
  const envelope = join(bytesOf(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload);
  need(hex(envelope) === hex(fromBase64(answer.to_sign)), said("Differs"));
  return { envelope, statement };
}

function der(bytes, at) {
  let size = bytes[at + 1], start = at + 2;
  if (size & 128) {
    const more = size & 127;
    size = 0;
    for (let one = 0; one < more; one++) size = size * 256 + bytes[start + one];
    start += more;
  }
  return { tag: bytes[at], value: bytes.slice(start, start + size), end: start + size };
}

function members(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length;) { const one = der(bytes, at); found.push(one.value); at = one.end; }
  return found;
}

// Opens an encrypted PKCS #8 key: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC. Source: RFC 8018.
async function openPem(text, passphrase, said) {
  const [algorithm, sealed] = members(der(fromBase64(text.replace(/-----[^-]+-----|\s/g, "")), 0).value);
  const [derivation, cipher] = members(members(algorithm)[1]);
  const [salt, rounds, ...rest] = members(members(derivation)[1]);
  const [name, iv] = members(cipher);
  need(hex(members(derivation)[0]) === "2a864886f70d01050c" && hex(name) === "60864801650304012a", said("Key"));
  need(rest.length && hex(members(rest.at(-1))[0]) === "2a864886f70d0209", said("Key"));
  const base = await crypto.subtle.importKey("raw", bytesOf(passphrase), "PBKDF2", false, ["deriveKey"]);
  const asked = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parseInt(hex(rounds), 16) };
  const aes = await crypto.subtle.deriveKey(asked, base, { name: "AES-CBC", length: 256 }, false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, aes, sealed));
}

export async function idOf(raw) {
  return { raw, id: hex(await crypto.subtle.digest("SHA-256", raw)) };
}

// The key of 32 secret bytes: it signs and cannot be taken out again.
export async function fromSecret(secret) {
  return fromPkcs8(join(fromHex(PKCS8), secret));
}

async function fromPkcs8(pkcs8) {
  const open = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, true, ["sign"]);
  const raw = fromBase64((await crypto.subtle.exportKey("jwk", open)).x.replaceAll("-", "+").replaceAll("_", "/"));
  return { sign: await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]), ...await idOf(raw) };
}

// An officer's key out of a file: encrypted PKCS #8, or an unlocked key file of this ledger.
export async function fromFile(file, passphrase, said) {
  try {
    const text = await file.text();
    return await fromPkcs8(text.includes("ENCRYPTED PRIVATE KEY") ? await openPem(text, passphrase, said) : fromHex(PKCS8 + JSON.parse(text).secret));
  } catch { throw new Refused(said("Key")); }
}

// Keys that were made in this browser: not extractable, kept in IndexedDB by their holder's name.
function kept(mode, ask) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open("sundial", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const asked = ask(opening.result.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    };
  });
}

export const keyOf = (name) => kept("readonly", (keys) => keys.get(name));
export const keyNames = () => kept("readonly", (keys) => keys.getAllKeys());
export const keepKey = (name, key) => kept("readwrite", (keys) => keys.put(key, name));
export const forgetKey = (name) => kept("readwrite", (keys) => keys.delete(name));

// A new key of this browser, which cannot be taken out of it.
export async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  return { sign: pair.privateKey, ...await idOf(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

export async function sign(key, message) {
  return hex(await crypto.subtle.sign({ name: "Ed25519" }, key.sign, message));
}

// The second click of a double click presses nothing, nor does a key held down: what it would press may have come up under
// the pointer only now, unread.
export function pressOnce() {
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
  document.addEventListener("click", (event) => { if (event.detail > 1 && event.target.closest("a, button")) stop(event); }, true);
  document.addEventListener("keydown", (event) => { if (event.repeat && event.key === "Enter" && event.target.closest("a, button")) stop(event); }, true);
}

// Sends JSON and returns the answer's; a refusal is told in the server's words, a lost connection in the page's.
export async function post(path, body, lang, said) {
  let answer;
  try {
    answer = await fetch(`${path}?lang=${lang}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  } catch { throw new Refused(said("Lost")); }
  const told = await answer.json();
  need(answer.ok, [told.title, told.detail].filter(Boolean).join(" — "));
  return told;
}
