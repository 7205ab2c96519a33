// A petitioner's acts, signed where the key lives: on this device, or by a code on paper. Three forms use it: to file a
// matter, to claim a printed code, and one for each further act in the own case.
// What is typed is kept in this browser until the act is recorded or the draft is erased; nothing is ever sent twice.

import { Refused, check, forgetKey, hex, keepKey, keyOf, need, newKey, post as send, pressOnce, random, sign } from "./signing.js";
import { claimProof, codeKey, formatCode, knock, newCode, parseCode } from "./codes.js";
import { follow } from "./files.js";

const by = (id) => document.getElementById(id);
const form = by("petition"), result = by("result"), review = by("review"), done = by("done");
const { mode, lang, origin } = form.dataset;
const said = (name) => form.dataset[`said${name}`];
const post = (path, body) => send(path, body, lang, said);
const place = `sundial ${location.pathname} ${form.dataset.about ?? ""}`;
const codePlace = `${place} code`, sentPlace = `${place} sent`;
let key = null, prepared = null, erased = false;

// The draft: the case, an act id for each stage, how the key is kept, what was typed, what was sent so far.

const fresh = () => ({ case: form.dataset.case || random(16), ids: [random(16), random(16)], stage: 0, fields: {}, files: [], told: [], pending: null });
const draft = JSON.parse(localStorage.getItem(place) ?? "null") ?? fresh();
const keep = () => { if (!erased) localStorage.setItem(place, JSON.stringify(draft)); };
const typed = () => form.querySelectorAll("[data-part], [data-kept]");
const nameOf = (field) => field.type === "radio" ? `${field.name} ${field.value}` : field.name;

function readFields() {
  for (const field of typed()) draft.fields[nameOf(field)] = ["radio", "checkbox"].includes(field.type) ? field.checked : field.value;
  keep();
}

function writeFields() {
  for (const field of typed()) {
    const text = draft.fields[nameOf(field)];
    if (text === undefined || (field.dataset.asked && field.value)) continue;
    if (["radio", "checkbox"].includes(field.type)) field.checked = text; else field.value = text;
  }
}

function erase() {
  erased = true;
  localStorage.removeItem(place);
  sessionStorage.removeItem(codePlace);
}

// The case, and the key that signs in it.

const caseOf = () => (mode === "claim" ? by("case").value.trim().toLowerCase().replace(/[^0-9a-f]/g, "") : draft.case);
const stream = () => `case/${caseOf()}`;
const onPaper = () => by("on-paper")?.checked ?? false;

// The code on paper: one that is made here, or the one that was typed. It is kept only while this page is open.
async function codesKey() {
  const text = by("code")?.value ?? sessionStorage.getItem(codePlace) ?? "", code = parseCode(text);
  need(code, said("Code"));
  sessionStorage.setItem(codePlace, text);
  return codeKey(code, origin, stream());
}

async function ownKey() {
  if (mode === "act") return await keyOf(stream()).catch(() => null) ?? await codesKey();
  if (onPaper()) return codesKey();
  try {
    const known = await keyOf(stream());
    if (known) return known;
    const made = await newKey();
    await keepKey(stream(), made);
    await navigator.storage?.persist?.();
    return made;
  } catch { throw new Refused(said("Store")); }
}

function showPaper() {
  const section = by("paper");
  if (!section) return;
  section.hidden = !onPaper();
  by("written").required = onPaper();
  if (onPaper() && !sessionStorage.getItem(codePlace)) sessionStorage.setItem(codePlace, formatCode(newCode()));
  by("paper-code").textContent = sessionStorage.getItem(codePlace) ?? "";
}

// What is signed, stage by stage.

function parts() {
  const found = { public: {}, sealed: {} };
  for (const field of form.querySelectorAll("[data-part]")) {
    const text = field.value.normalize("NFC").trim();
    if (text) found[field.dataset.part][field.name] = text;
  }
  if (form.dataset.fixed) Object.assign(found.public, JSON.parse(form.dataset.fixed));
  return found;
}

const attachments = () => ({ attachments: draft.files.map((one) => one.filed) });

async function commands() {
  const own = { petitioner_key: hex(key.raw) };
  if (mode === "claim") {
    const code = await codesKey(), several = by("several").checked ? { code_key: hex(code.raw) } : {};
    return [{ action: "case.key_claimed.v1", public: { ...own, ...several, claim_proof: await claimProof(code, origin, stream(), key.raw) }, sealed: {} }];
  }
  const { public: told, sealed } = parts();
  if (mode === "act") return [{ action: form.dataset.action, public: told, sealed: by("files") ? { ...sealed, ...attachments() } : sealed }];
  const capacity = by("unit").selectedOptions[0].dataset.capacity;
  const first = { action: "case.submitted.v1", public: { ...told, ...own, capacity, channel: "online", addressable: Boolean(sealed.name && sealed.contact) }, sealed };
  return draft.files.length ? [first, { action: "case.attached.v1", public: { to_seq: 1 }, sealed: attachments() }] : [first];
}

const plain = JSON.parse(form.dataset.plain);
const labels = () => ({ ...plain.fields, ...Object.fromEntries(Array.from(form.querySelectorAll("[data-label]"), (one) => [one.name, one.dataset.label])) });

function shown(name, value) {
  if (name === "attachments") return draft.files.map((one) => one.name).join(", ");
  if (plain.values[name]?.[value]) return plain.values[name][value];
  const field = form.querySelector(`select[data-part][name="${CSS.escape(name)}"]`) ?? document.querySelector(`select[data-sets="${CSS.escape(name)}"]`);
  return field?.selectedOptions[0]?.textContent.trim() ?? (typeof value === "string" ? value : JSON.stringify(value));
}

function line(name, text) {
  return [Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: text })];
}

function show(kind, ...texts) {
  result.className = kind;
  result.replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  if (texts.length) result.scrollIntoView({ block: "nearest" });
}

async function prepare() {
  need(!form.dataset.sending, said("Sending"));
  readFields();
  if (mode === "claim") need(/^[0-9a-f]{32}$/.test(caseOf()), said("Case"));
  if (by("files") && mode === "act") need(draft.files.length, said("Files"));
  review.hidden = true;
  prepared = null;
  key = await ownKey();
  const all = await commands();
  if (draft.stage >= all.length) { await finish(); return; }
  const actor = { actor: "petitioner", post: "", office: "", role: "petitioner", key_id: key.id };
  const wish = { command: { stream: stream(), ...all[draft.stage] }, actor, act_id: draft.ids[draft.stage] };
  const answer = await post("/api/acts/prepare", wish);
  const { envelope, statement } = await check(wish, answer, origin, said);
  prepared = { draft: answer.draft, envelope };
  by("summary").textContent = lang === "zh" ? answer.summary_zh : answer.summary_en;
  const names = labels(), { public: told, sealed } = wish.command;
  by("told").replaceChildren(
    ...line(said("When"), statement.claimed_at),
    ...Object.entries(told).flatMap(([name, value]) => line(names[name] ?? name, shown(name, value))),
    ...Object.entries(sealed).flatMap(([name, value]) => line(`${names[name] ?? name} · ${said("Sealed")}`, shown(name, value))));
  by("stage").textContent = all.length > 1 ? `${draft.stage + 1} / ${all.length}` : "";
  show("");
  review.hidden = false;
  by("sign").focus();
}

// Sends what was signed until there is an answer: the same act id is answered the same way.
async function commit() {
  if (!draft.pending) {
    draft.pending = { draft: prepared.draft, signature: await sign(key, prepared.envelope) };
    keep();
  }
  let told;
  try { told = await post("/api/acts/commit", draft.pending); } catch (error) {
    if (error.message !== said("Lost")) { draft.pending = null; keep(); }
    throw error;
  }
  draft.told.push({ act_id: draft.pending.draft.act_id, ...told });
  draft.pending = null;
  draft.stage++;
  review.hidden = true;
  keep();
  if (draft.stage === 1 && mode === "submit" && draft.files.length) { await prepare(); return; }
  await finish();
}

// What is left after the last act: a query code, told once, and the receipts. The draft is gone then.

async function queryCode() {
  key ??= await ownKey();
  const { at } = await fetch("/api/door").then((answer) => answer.json()).catch(() => { throw new Refused(said("Lost")); });
  const signature = await knock(key, origin, stream(), "code", at);
  const { code } = await post("/api/door", { case: caseOf(), key: hex(key.raw), purpose: "code", at, signature });
  return code;
}

async function finish() {
  const sent = { case: caseOf(), told: draft.told, lang };
  let code = "";
  if (mode !== "act") {
    try { code = await queryCode(); } catch (error) {
      showDone(sent, "", true);
      throw error;
    }
  }
  erase();
  sessionStorage.setItem(sentPlace, JSON.stringify(sent));
  showDone(sent, code);
}

function link(href, text, download) {
  const made = Object.assign(document.createElement("a"), { href, textContent: text });
  if (download) made.download = download;
  const item = document.createElement("li");
  item.append(made);
  return item;
}

function showDone(sent, code, waits = false) {
  review.hidden = true;
  form.hidden = !waits;
  for (const one of document.querySelectorAll(".before")) one.hidden = true;
  show("");
  by("query").hidden = !code;
  by("query-code").textContent = code;
  by("again").hidden = !waits;
  by("done-case").textContent = sent.case;
  by("receipts").replaceChildren(...sent.told.flatMap((told) => {
    const asked = `?act_id=${told.act_id}&lang=${lang}`, answer = new Blob([JSON.stringify(told, null, 1)], { type: "application/json" });
    return [
      link(`/receipts/${told.index}${asked}`, `${said("Receipt")} ${told.index} · ${told.recorded_at}`),
      link(`/api/receipts/${told.index}${asked}`, `${said("File")} ${told.index}`, `${told.index}.tlog-proof`),
      link(URL.createObjectURL(answer), `${said("Acknowledged")} ${told.index}`, `${told.index}.json`)];
  }));
  done.hidden = false;
  by("done-title").focus();
}

// One thing at a time: a second click while the first is under way does nothing.
let busy = false;
async function attempt(work) {
  if (busy) return;
  busy = true;
  try { await work(); } catch (error) {
    show("bad", error instanceof Refused ? error.message : said("Browser"));
  } finally { busy = false; }
}

function begin() {
  const sent = JSON.parse(sessionStorage.getItem(sentPlace) ?? "null");
  if (sent && !location.hash && !draft.stage && !Object.values(draft.fields).some((one) => one)) { showDone(sent, ""); return; }
  writeFields();
  if (mode === "claim") by("code").value = sessionStorage.getItem(codePlace) ?? "";
  if (mode === "claim" && location.hash) {
    const [kase, code, several] = location.hash.slice(1).split(".");
    by("case").value = kase;
    by("code").value = code ?? "";
    by("several").checked = several === "several";
    history.replaceState(null, "", location.pathname + location.search);
  }
  showPaper();
  if (draft.pending) attempt(commit); else if (draft.stage) attempt(prepare);
}

form.addEventListener("submit", (event) => { event.preventDefault(); attempt(prepare); });
form.addEventListener("input", () => { readFields(); showPaper(); review.hidden = true; prepared = null; });
by("sign").addEventListener("click", () => attempt(commit));
by("again").addEventListener("click", () => attempt(finish));
by("print").addEventListener("click", () => print());
by("new").addEventListener("click", () => { sessionStorage.removeItem(sentPlace); location.reload(); });
by("erase").addEventListener("click", async () => {
  if (mode === "submit" && !draft.stage && !draft.pending) await forgetKey(stream()).catch(() => {});
  erase();
  form.reset();
  location.reload();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (by("files")) {
  follow(by("files"), by("filed"), draft.files, caseOf, form, said, (files, wrong = []) => { draft.files = files; keep(); show(wrong.length ? "bad" : "", ...wrong); });
}
if (by("stored")) keyOf(stream()).then((known) => { by("stored").hidden = !known; by("unstored").hidden = Boolean(known); by("code").required = !known; }).catch(() => {});
for (const one of document.querySelectorAll("[data-sets]")) {
  one.addEventListener("change", () => { by(one.dataset.sets).value = one.value; readFields(); });
}
pressOnce();
begin();
