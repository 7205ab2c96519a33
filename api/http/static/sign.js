"use strict";
// Signs an act where the key lives: prepares it, checks that what will be signed is what the form says, recomputes the
// commitments and the bytes to sign, signs with WebCrypto's Ed25519, and commits. The server never sees the key.
// Source: audit/FORMAT.md sections 4, 5 and 8.

const TYPE = "application/vnd.sundial.statement.v1+json";
const PKCS8 = "302e020100300506032b657004220420";
const form = document.getElementById("act"), result = document.getElementById("result"), review = document.getElementById("review");
const said = (name) => form.dataset[`said${name}`];
const draftName = `draft ${location.pathname}`, pendingName = `pending ${location.pathname}`;
let key = null, prepared = null;

class Refused extends Error {}
const need = (held, message) => { if (!held) throw new Refused(message); };
const bytesOf = (string) => new TextEncoder().encode(string);
const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");
const fromHex = (string) => Uint8Array.from(string.match(/../g) ?? [], (one) => parseInt(one, 16));
const fromBase64 = (string) => Uint8Array.from(atob(string), (one) => one.charCodeAt(0));
const random = (size) => hex(crypto.getRandomValues(new Uint8Array(size)));

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { joined.set(part, at); at += part.length; }
  return joined;
}

function lengthened(bytes) {
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
async function check(wish, answer) {
  const payload = bytesOf(answer.payload), statement = JSON.parse(answer.payload);
  const wanted = { ...wish.actor, stream: wish.command.stream, action: wish.command.action, public: wish.command.public,
    act_id: wish.act_id, origin: form.dataset.origin, schema: 1 };
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
async function openPem(text, passphrase) {
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

async function idOf(raw) {
  return { raw, id: hex(await crypto.subtle.digest("SHA-256", raw)) };
}

async function fromFile(file, passphrase) {
  try {
    const text = await file.text();
    const pkcs8 = text.includes("ENCRYPTED PRIVATE KEY") ? await openPem(text, passphrase) : fromHex(PKCS8 + JSON.parse(text).secret);
    const open = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, true, ["sign"]);
    const raw = Uint8Array.from(atob((await crypto.subtle.exportKey("jwk", open)).x.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    return { sign: await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]), ...await idOf(raw) };
  } catch { throw new Refused(said("Key")); }
}

// Keys that were made in this browser: not extractable, kept in IndexedDB by officer.
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

async function makeKey() {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  key = { sign: pair.privateKey, ...await idOf(await crypto.subtle.exportKey("raw", pair.publicKey)) };
  await kept("readwrite", (keys) => keys.put(key, form.dataset.actor));
  document.getElementById("public").textContent = hex(key.raw);
}

function value(field) {
  if (field.dataset.kind === "boolean") return field.value === "true";
  if (field.dataset.kind === "number") return Number(field.value);
  if (field.dataset.kind === "json") return JSON.parse(field.value);
  return field.value.normalize("NFC").trim();
}

function wishOf(draft) {
  const [office, post, role] = document.getElementById("seat").value.split("|");
  const parts = { public: {}, sealed: {} };
  for (const field of form.querySelectorAll("[data-part]")) {
    if (field.value.trim() !== "") parts[field.dataset.part][field.name] = value(field);
  }
  const command = { stream: `case/${form.dataset.case || draft.case}`, action: form.dataset.action, ...parts };
  return { command, actor: { actor: form.dataset.actor, post, office, role, key_id: key.id }, act_id: draft.act_id };
}

function keepDraft() {
  const fields = Object.fromEntries(Array.from(form.querySelectorAll("[data-part]"), (one) => [one.name, one.value]));
  const before = JSON.parse(sessionStorage.getItem(draftName) ?? "null");
  const draft = { act_id: before?.act_id ?? random(16), case: before?.case ?? random(16), fields };
  sessionStorage.setItem(draftName, JSON.stringify(draft));
  return draft;
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`${path}?lang=${form.dataset.lang}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  } catch { throw new Refused(said("Lost")); }
  const told = await answer.json();
  need(answer.ok, [told.title, told.detail].filter(Boolean).join(" — "));
  return told;
}

function show(kind, ...parts) {
  result.className = kind;
  result.replaceChildren(...parts.map((part) => { const line = document.createElement("p"); line.append(part); return line; }));
  result.scrollIntoView({ block: "nearest" });
}

async function prepare() {
  review.hidden = true;
  prepared = null;
  const file = document.getElementById("key").files[0];
  key = file ? await fromFile(file, document.getElementById("passphrase").value) : key ?? await kept("readonly", (keys) => keys.get(form.dataset.actor));
  need(key, said("Key"));
  const wish = wishOf(keepDraft()), answer = await post("/api/acts/prepare", wish);
  const { envelope, statement } = await check(wish, answer);
  prepared = { draft: answer.draft, envelope };
  document.getElementById("summary").textContent = form.dataset.lang === "zh" ? answer.summary_zh : answer.summary_en;
  const fixed = ["stream", "actor", "office", "post", "role", "claimed_at"].map((name) => [name, statement[name]]);
  const rows = [...fixed, ...Object.entries(wish.command.public), ...Object.entries(wish.command.sealed).map(([name, text]) => [`${name} (${said("Sealed")})`, text])];
  document.getElementById("told").replaceChildren(...rows.flatMap(([name, text]) => [
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: typeof text === "string" ? text : JSON.stringify(text) })]));
  result.replaceChildren();
  review.hidden = false;
  document.getElementById("sign").focus();
}

// Sends what was signed until there is an answer: the same act id is answered the same way.
async function commit() {
  const pending = JSON.parse(sessionStorage.getItem(pendingName) ?? "null");
  const body = pending ?? { draft: prepared.draft, signature: hex(await crypto.subtle.sign({ name: "Ed25519" }, key.sign, prepared.envelope)) };
  sessionStorage.setItem(pendingName, JSON.stringify(body));
  let told;
  try { told = await post("/api/acts/commit", body); } catch (error) {
    if (error.message !== said("Lost")) sessionStorage.removeItem(pendingName);
    throw error;
  }
  sessionStorage.removeItem(pendingName);
  sessionStorage.removeItem(draftName);
  review.hidden = true;
  const receipt = Object.assign(document.createElement("a"), { href: `/receipts/${told.index}?act_id=${body.draft.act_id}&lang=${form.dataset.lang}`, textContent: said("Receipt") });
  const opened = Object.assign(document.createElement("a"), { href: `/desk/${body.draft.command.stream.replace("case/", "cases/")}?lang=${form.dataset.lang}`, textContent: body.draft.command.stream });
  show("good", `${said("Recorded")} ${told.index} · ${told.recorded_at}`, opened, receipt);
}

// One thing at a time: a second click while the first is under way does nothing.
let busy = false;
async function attempt(work) {
  if (busy) return;
  busy = true;
  try { await work(); } catch (error) {
    show("bad", error instanceof Refused ? error.message : said("Differs"));
  } finally { busy = false; }
}

form.addEventListener("submit", (event) => { event.preventDefault(); attempt(prepare); });
form.addEventListener("input", () => { keepDraft(); review.hidden = true; prepared = null; });
document.getElementById("make").addEventListener("click", () => attempt(makeKey));
document.getElementById("sign").addEventListener("click", () => attempt(commit));
for (const [name, text] of Object.entries(JSON.parse(sessionStorage.getItem(draftName) ?? "null")?.fields ?? {})) {
  const field = form.querySelector(`[data-part][name="${CSS.escape(name)}"]`);
  if (field) field.value = text;
}
if (sessionStorage.getItem(pendingName)) attempt(commit);
