// Signs an officer's act where the key lives: prepares it, checks that what will be signed is what the form says, signs with
// WebCrypto's Ed25519, and commits.

import { Refused, check, fromFile, hex, keepKey, keyOf, need, newKey, post as send, random, sign } from "./signing.js";

const form = document.getElementById("act"), result = document.getElementById("result"), review = document.getElementById("review");
const said = (name) => form.dataset[`said${name}`];
const post = (path, body) => send(path, body, form.dataset.lang, said);
const draftName = `draft ${location.pathname}`, pendingName = `pending ${location.pathname}`;
let key = null, prepared = null;

async function makeKey() {
  key = await newKey();
  await keepKey(form.dataset.actor, key);
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

function show(kind, ...parts) {
  result.className = kind;
  result.replaceChildren(...parts.map((part) => { const line = document.createElement("p"); line.append(part); return line; }));
  result.scrollIntoView({ block: "nearest" });
}

async function prepare() {
  review.hidden = true;
  prepared = null;
  const file = document.getElementById("key").files[0];
  key = file ? await fromFile(file, document.getElementById("passphrase").value, said) : key ?? await keyOf(form.dataset.actor);
  need(key, said("Key"));
  const wish = wishOf(keepDraft()), answer = await post("/api/acts/prepare", wish);
  const { envelope, statement } = await check(wish, answer, form.dataset.origin, said);
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
  const body = pending ?? { draft: prepared.draft, signature: await sign(key, prepared.envelope) };
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
