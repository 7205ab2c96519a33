"use strict";
// Checks a receipt (C2SP tlog-proof whose extra data are an entry) on the reader's own machine: with WebCrypto's Ed25519
// and SHA-256, and nothing else. It follows audit/FORMAT.md sections 2, 5, 6 and 9 and C2SP tlog-policy.

const ED25519 = 1, COSIGNATURE = 4;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const SMALL = ["00".repeat(32), "00".repeat(31) + "80", "01" + "00".repeat(31), "01" + "00".repeat(30) + "80",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ...["ec", "ed", "ee"].flatMap((first) => ["7f", "ff"].map((last) => first + "ff".repeat(30) + last))];

class Refused extends Error {}

function need(held, zh, en) {
  if (!held) throw new Refused(`${zh} / ${en}`);
}

const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const bytesOf = (string) => new TextEncoder().encode(string);
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const fromHex = (string) => Uint8Array.from(string.match(/../g) ?? [], (one) => parseInt(one, 16));

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { joined.set(part, at); at += part.length; }
  return joined;
}

function base64(string) {
  need(/^[A-Za-z0-9+/]*={0,2}$/.test(string), "不是 Base64", "not base64");
  let binary = "";
  try { binary = atob(string); } catch { need(false, "不是 Base64", "not base64"); }
  need(btoa(binary) === string, "不是唯一的 Base64 形式", "not the one base64 form");
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const same = (left, right) => hex(left) === hex(right);

// Source: FORMAT.md section 2, rules 1 to 3; rule 4 is WebCrypto's.
async function verify(raw, message, signature) {
  if (signature.length !== 64 || SMALL.includes(hex(signature.slice(0, 32)))) return false;
  if (BigInt("0x" + hex(signature.slice(32).reverse())) >= ORDER) return false;
  const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

function parseProof(data) {
  const [head, ...rest] = text(data).split("\n\n");
  const lines = head.split("\n");
  need(lines.shift() === "c2sp.org/tlog-proof@v1", "不是回执文件", "not a receipt");
  need(lines[0]?.startsWith("extra "), "回执没有条目", "the receipt has no entry");
  const entry = base64(lines.shift().slice(6));
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "");
  const hashes = lines.map(base64);
  need(index && rest.length && hashes.every((one) => one.length === 32), "回执不完整", "the receipt is damaged");
  return { entry, index: BigInt(index[1]), hashes, note: rest.join("\n\n") };
}

function parseNote(note) {
  const at = note.lastIndexOf("\n\n");
  need(at > 0 && note.endsWith("\n"), "检查点不是签名文本", "the checkpoint is no signed note");
  const signatures = note.slice(at + 2, -1).split("\n").map((line) => {
    const found = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    need(found, "检查点签名行有误", "a signature line is malformed");
    const data = base64(found[2]);
    return { name: found[1], id: data.slice(0, 4), signature: data.slice(4) };
  });
  const body = note.slice(0, at + 1);
  const [origin, size, root, end, ...more] = body.split("\n");
  need(end === "" && !more.length && /^(0|[1-9][0-9]{0,15})$/.test(size), "检查点有误", "the checkpoint is malformed");
  return { body, signatures, origin, size: BigInt(size), root: base64(root) };
}

async function keyOf(name, kind, raw) {
  return { name, kind, raw, id: (await sha256(join(bytesOf(`${name}\n`), [kind], raw))).slice(0, 4) };
}

async function parseVkey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const data = base64(rest.join("+"));
  const key = await keyOf(name, data[0], data.slice(1));
  need(data.length === 33 && hex(key.id) === id, "公钥有误", "a key of the policy is malformed");
  return key;
}

// True if the key signed the note, false if it did not; a signature by it that does not hold is refused.
async function hasSigned(note, key) {
  let found = false;
  for (const one of note.signatures) {
    if (one.name !== key.name || !same(one.id, key.id)) continue;
    let message = bytesOf(note.body), signature = one.signature;
    if (key.kind === COSIGNATURE) {
      need(signature.length === 72 && signature[0] < 128, "联署有误", "a cosignature is malformed");
      const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
      message = bytesOf(`cosignature/v1\ntime ${time}\n${note.body}`);
      signature = signature.slice(8);
    }
    need(await verify(key.raw, message, signature), `${key.name} 的签名无效`, `the signature by ${key.name} does not hold`);
    found = true;
  }
  return found;
}

// Source: C2SP tlog-policy.
async function checkPolicy(policy, note) {
  const met = new Map([["none", true]]), names = [];
  let quorum = null;
  for (const line of policy.split("\n")) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (!words.length || words[0].startsWith("#") || words[0] === "log") continue;
    const [kind, name, ...rest] = words;
    if (kind === "witness") {
      const key = await parseVkey(rest[0]);
      met.set(name, key.kind === COSIGNATURE && await hasSigned(note, key));
      if (met.get(name)) names.push(key.name);
    } else if (kind === "group") {
      const members = rest.slice(1);
      need(members.length && members.every((one) => met.has(one)), "策略有误", "the policy is malformed");
      const least = rest[0] === "any" ? 1 : rest[0] === "all" ? members.length : Number(rest[0]);
      need(Number.isInteger(least) && least >= 1, "策略有误", "the policy is malformed");
      met.set(name, members.filter((one) => met.get(one)).length >= least);
    } else {
      need(kind === "quorum" && met.has(name) && quorum === null, "策略有误", "the policy is malformed");
      quorum = name;
    }
  }
  need(quorum !== null, "策略没有法定人数", "the policy has no quorum");
  need(met.get(quorum), "见证人未达法定数", "fewer witnesses have cosigned than the quorum asks for");
  return names;
}

// Source: RFC 9162 section 2.1.3.2.
async function checkInclusion(leaf, index, size, hashes, root) {
  need(index < size, "条目不在检查点内", "the entry is behind the checkpoint");
  let node = leaf, place = index, last = size - 1n;
  for (const hash of hashes) {
    need(last > 0n, "证明过长", "the proof is too long");
    if (place & 1n || place === last) {
      node = await sha256(join([1], hash, node));
      while (!(place & 1n) && place) { place >>= 1n; last >>= 1n; }
    } else {
      node = await sha256(join([1], node, hash));
    }
    place >>= 1n; last >>= 1n;
  }
  need(last === 0n && same(node, root), "证明指向另一树根", "the proof leads to another root");
}

function parseEntry(entry) {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  const typeSize = view.getUint16(0), size = view.getUint32(2 + typeSize), at = 6 + typeSize;
  need(at + size < entry.length, "条目有误", "the entry is malformed");
  const signatures = view.getUint8(at + size);
  need(at + size + 1 + 96 * signatures + 8 === entry.length, "条目有误", "the entry is malformed");
  need(text(entry.slice(2, 2 + typeSize)) === "application/vnd.sundial.statement.v1+json", "条目有误", "the entry is malformed");
  const recordedAt = Number(view.getBigUint64(entry.length - 8));
  return { statement: JSON.parse(text(entry.slice(at, at + size))), recordedAt: new Date(recordedAt).toISOString() };
}

// Checks a receipt's bytes against the texts of an anchor and, if not empty, of a policy; returns what it shows.
async function checkReceipt(data, anchorText, policyText) {
  const proof = parseProof(data), note = parseNote(proof.note);
  const leaf = await sha256(join([0], proof.entry));
  let anchor = null;
  if (anchorText) {
    anchor = JSON.parse(anchorText);
    need(note.origin === anchor.origin, "另一账本的回执", "the receipt is of another ledger");
    const key = await keyOf(anchor.origin, ED25519, fromHex(anchor.log_key));
    need(await hasSigned(note, key), "检查点无账本签名", "the ledger's key did not sign the checkpoint");
    need(proof.index !== 0n || hex(leaf) === anchor.genesis, "创世条目不符", "the first entry is not the anchored one");
    if (anchor.checkpoint) {
      const kept = parseNote(anchor.checkpoint);
      need(kept.size !== note.size || same(kept.root, note.root), "账本分叉", "the ledger has forked");
    }
  }
  const witnesses = policyText ? await checkPolicy(policyText, note) : [];
  await checkInclusion(leaf, proof.index, note.size, proof.hashes, note.root);
  const { statement, recordedAt } = parseEntry(proof.entry);
  need(statement.origin === note.origin, "条目属于另一账本", "the entry is of another ledger");
  return { good: anchor !== null, index: Number(proof.index), size: Number(note.size), origin: note.origin, leaf: hex(leaf),
    recordedAt, witnesses, stream: statement.stream, action: statement.action, claimedAt: statement.claimed_at,
    office: statement.office };
}

// Joins the texts of QR codes, one a line and in any order, to the bytes of the file.
async function joinCodes(lines) {
  const parts = new Map();
  let label = null;
  for (const line of lines.split("\n").map((one) => one.trim()).filter(Boolean)) {
    const found = /^SD1 ([1-9][0-9]?)\/([1-9][0-9]?) ([0-9a-f]{8}) ([A-Za-z0-9_-]+=*)$/.exec(line);
    need(found, "不是回执二维码的文本", "not the text of a receipt's QR code");
    label ??= `${found[2]} ${found[3]}`;
    need(label === `${found[2]} ${found[3]}`, "二维码不属于同一回执", "the QR codes are not of one receipt");
    parts.set(Number(found[1]), base64(found[4].replaceAll("-", "+").replaceAll("_", "/")));
  }
  const [count, name] = (label ?? "0 ").split(" ");
  const wanted = Array.from({ length: Number(count) }, (_, at) => parts.get(at + 1));
  need(wanted.length && wanted.every(Boolean), "缺少二维码", "a QR code is missing");
  const data = join(...wanted);
  need(hex(await sha256(data)).startsWith(name), "二维码内容不全", "the QR codes do not make up the receipt");
  return data;
}

function show(kind, rows) {
  const section = document.getElementById("result");
  section.className = kind;
  section.replaceChildren(...rows.map((row) => Object.assign(document.createElement("p"), { textContent: row })));
}

async function submit(event) {
  event.preventDefault();
  const file = async (id) => document.getElementById(id).files[0]?.arrayBuffer();
  try {
    const receipt = await file("receipt"), anchor = await file("anchor"), policy = await file("policy");
    const data = receipt ? new Uint8Array(receipt) : await joinCodes(document.getElementById("codes").value);
    const found = await checkReceipt(data, anchor ? text(anchor) : "", policy ? text(policy) : "");
    const verdict = found.good ? "✓ 有效:该行为在账本中 / good: the act is in the ledger"
      : "缺少信任锚:只能说明文件自洽 / no anchor: the file only agrees with itself";
    show(found.good ? "good" : "bad", [verdict, `${found.action} · ${found.stream} · ${found.office}`,
      `记录于 / recorded at ${found.recordedAt} · 第 ${found.index} 条 / ${found.size}`,
      found.witnesses.length ? `见证人 / witnesses: ${found.witnesses.join(", ")}` : "无见证 / unwitnessed"]);
  } catch (error) {
    show("bad", [`✗ ${error instanceof Refused ? error.message : "文件无法读取 / the file cannot be read"}`]);
  }
}

if (typeof document !== "undefined") {
  document.getElementById("form").addEventListener("submit", submit);
} else {
  module.exports = { checkReceipt, joinCodes };
}
