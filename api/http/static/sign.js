// Signs an officer's act where the key lives: prepares it, checks that what will be signed is what the form says, signs with
// WebCrypto's Ed25519, and commits.

import { follow } from "./files.js";
import { claimKey, showSlip } from "./slip.js";
import { Refused, check, fromFile, hex, keepKey, keyOf, need, newKey, post as send, pressOnce, random, sign } from "./signing.js";

const form = document.getElementById("act"), result = document.getElementById("result"), review = document.getElementById("review");
const said = (name) => form.dataset[`said${name}`];
const post = (path, body) => send(path, body, form.dataset.lang, said);
const place = `${form.dataset.action} ${form.dataset.stream}`, draftName = `draft ${place}`, pendingName = `pending ${place}`;
const fieldsOf = () => Array.from(form.querySelectorAll("[data-part]"));
let key = null, prepared = null;

async function makeKey() {
  key = await newKey();
  await keepKey(form.dataset.actor, key);
  document.getElementById("public").textContent = hex(key.raw);
}

const told = (field) => field.multiple ? Array.from(field.selectedOptions, (one) => one.value).join("\n") : field.value;

function value(field) {
  const text = told(field).normalize("NFC").trim();
  if (field.dataset.kind === "boolean") return text === "true";
  if (field.dataset.kind === "number") return Number(text);
  if (field.dataset.kind === "list") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (field.dataset.kind !== "json") return text;
  try { return JSON.parse(text); } catch { throw new Refused(`${field.dataset.label}: ${said("Unreadable")}`); }
}

// What the form says: one choice may stand for several fields, as a leader does for officer, post and office.
function partsOf() {
  const parts = { public: {}, sealed: {} };
  for (const field of fieldsOf().filter((one) => told(one).trim() !== "")) {
    const part = parts[field.dataset.part], sets = field.dataset.sets?.split(" ");
    if (sets) field.value.split("|").forEach((text, at) => { part[sets[at]] = text; }); else part[field.name] = value(field);
  }
  return parts;
}

// The stream: the one that the form is for, a new mandate under the name that was typed, or a new case.
function streamOf(draft) {
  const named = document.getElementById("stream-name");
  return named ? `mandate/${named.value.trim()}` : form.dataset.stream || `case/${draft.case}`;
}

async function wishOf(draft) {
  const [office, post, role] = document.getElementById("seat").value.split("|");
  const command = { stream: streamOf(draft), action: form.dataset.action, ...partsOf() };
  const codeField = codeFieldOf(command);
  if (codeField) command.public[codeField] = await claimKey(form.dataset.origin, command.stream);
  return { command, actor: { actor: form.dataset.actor, post, office, role, key_id: key.id }, act_id: draft.act_id };
}

function keepDraft() {
  const fields = Object.fromEntries(fieldsOf().map((one) => [one.name, told(one)]));
  const before = JSON.parse(sessionStorage.getItem(draftName) ?? "null");
  const draft = { act_id: before?.act_id ?? random(16), case: before?.case ?? random(16), fields };
  sessionStorage.setItem(draftName, JSON.stringify(draft));
  return draft;
}

// What was typed comes back, unless the page itself says something newer.
function takeUp(fields) {
  for (const field of fieldsOf().filter((one) => fields[one.name] && !("given" in one.dataset))) {
    if (field.multiple) for (const one of field.options) one.selected = fields[field.name].split("\n").includes(one.value);
    else field.value = fields[field.name];
  }
}

function show(kind, ...parts) {
  result.className = kind;
  result.replaceChildren(...parts.map((part) => { const line = document.createElement("p"); line.append(part); return line; }));
  result.scrollIntoView({ block: "nearest" });
}

// A slip is printed for whoever stands at the window, and for each who speaks for several: its code's key is a field of
// the act. A matter that the office found itself has nobody.
function codeFieldOf(command) {
  if (command.action === "case.representative_named.v1") return "code_key";
  return document.getElementById("slip")?.checked && command.public.channel !== "found" ? "claim_key" : "";
}

async function prepare() {
  need(!form.dataset.sending, said("Sending"));
  review.hidden = true;
  prepared = null;
  const file = document.getElementById("key").files[0];
  key = file ? await fromFile(file, document.getElementById("passphrase").value, said) : key ?? await keyOf(form.dataset.actor);
  need(key, said("Key"));
  const wish = await wishOf(keepDraft()), answer = await post("/api/acts/prepare", wish);
  const { envelope, statement } = await check(wish, answer, form.dataset.origin, said);
  prepared = { draft: answer.draft, envelope };
  document.getElementById("summary").textContent = form.dataset.lang === "zh" ? answer.summary_zh : answer.summary_en;
  const fixed = ["stream", "actor", "office", "post", "role", "claimed_at"].map((name) => [name, statement[name]]);
  const labels = Object.fromEntries(fieldsOf().map((one) => [one.name, one.dataset.label === one.name ? one.name : `${one.dataset.label} · ${one.name}`]));
  const labelled = (part, more = "") => Object.entries(wish.command[part]).map(([name, text]) => [`${labels[name] ?? name}${more}`, text]);
  const rows = [...fixed, ...labelled("public"), ...labelled("sealed", ` (${said("Sealed")})`)];
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
  const opened = Object.assign(document.createElement("a"), { href: `/desk/${body.draft.command.stream.replace(/^(?!case\/)/, "streams/").replace(/^case\//, "cases/")}?lang=${form.dataset.lang}`, textContent: body.draft.command.stream });
  const onward = form.dataset.next ? [Object.assign(document.createElement("a"), { id: "onward", href: form.dataset.next, textContent: said("Onward") })] : [];
  if (codeFieldOf(body.draft.command)) await showSlip(form, body.draft.command, told);
  show("good", `${said("Recorded")} ${told.index} · ${told.recorded_at}`, ...onward, opened, receipt);
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

// The digest of a file that stays where it is.
async function digest(input) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await input.files[0].arrayBuffer()));
  form.querySelector(`[data-part][name="${input.dataset.digest}"]`).value = hex(hash);
}

// Files are sent as they are chosen; a hidden field holds what the act says of them.
function followFiles(input) {
  const field = form.querySelector(`[data-part][name="${input.dataset.files}"]`), list = document.createElement("ul");
  const known = JSON.parse(field.value || "[]").map((filed) => ({ name: filed.digest.slice(0, 12), filed }));
  const caseOf = () => streamOf(keepDraft()).replace("case/", "");
  list.setAttribute("aria-live", "polite");
  input.closest("label").after(list);
  follow(input, list, known, caseOf, form, said, (files, wrong = []) => {
    field.value = files.length ? JSON.stringify(files.map((one) => one.filed)) : "";
    keepDraft();
    show(wrong.length ? "bad" : "", ...wrong);
  });
}

for (const input of form.querySelectorAll("[data-digest]")) input.addEventListener("change", () => attempt(() => digest(input)));
form.addEventListener("submit", (event) => { event.preventDefault(); attempt(prepare); });
form.addEventListener("input", () => { keepDraft(); review.hidden = true; prepared = null; });
document.getElementById("make").addEventListener("click", () => attempt(makeKey));
document.getElementById("sign").addEventListener("click", () => attempt(commit));
pressOnce();
takeUp(JSON.parse(sessionStorage.getItem(draftName) ?? "null")?.fields ?? {});
form.querySelectorAll("[data-files]").forEach(followFiles);
if (sessionStorage.getItem(pendingName)) attempt(commit);
// Until here the form cannot be sent: a browser would write what was typed, sealed text too, into the address.
form.querySelector(":scope > button").disabled = false;
