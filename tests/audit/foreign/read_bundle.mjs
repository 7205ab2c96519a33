// A second reader of bundles, written from audit/FORMAT.md alone, for Node 18 or newer and without packages.
//
//   node read_bundle.mjs BUNDLE.zip ANCHOR.json      prints {"ok": true, …} or {"ok": false, "check": …, "detail": …}
//
// It leaves out what FORMAT.md section 2 says about signatures beyond what OpenSSL checks (small-order R), the anchor's
// own checkpoint, claimed printed codes, and policies of witnesses: see README.md beside this file.
import { createHash, createHmac, createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";

const SUITE = "ed25519-sha256";
const CHECKS = {
  authenticity: ["checkpoint", "witnesses", "keys", "signatures"],
  availability: ["readable", "attachments"],
  integrity: ["files", "census", "chain", "complete", "included"],
  security: ["disclosures", "audience"],
};
let check = "files";
const must = (condition, detail) => {
  if (!condition) throw new Error(detail);
};
const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hex = (text, size = 32) => {
  must(typeof text === "string" && text.length === 2 * size && /^[0-9a-f]*$/.test(text), "not hexadecimal");
  return Buffer.from(text, "hex");
};
const base64 = (text) => {
  const data = Buffer.from(text, "base64");
  must(data.toString("base64") === text, "not base64");
  return data;
};
const u32 = (value) => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return data;
};
const u64 = (value) => {
  const data = Buffer.alloc(8);
  data.writeBigUInt64BE(BigInt(value));
  return data;
};
const frame = (tag, ...parts) => {
  const bytes = parts.map((part) => Buffer.from(part));
  return Buffer.concat([Buffer.from(tag), ...bytes.flatMap((part) => [u32(part.length), part])]);
};
const json = (data) => {
  const text = data.toString("utf8");
  const value = JSON.parse(text);
  must(JSON.stringify(value) === text, "not canonical JSON");
  return value;
};
const line = (data) => {
  must(data && data[data.length - 1] === 0x0a, "a file of one line");
  return json(data.subarray(0, -1));
};
const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);
const signed = (key, message, signature) => {
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") };
  const good = signature.length === 64 && verifySignature(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  must(good, "a signature does not hold");
};

// Section 14: a ZIP archive without compression.
function unpack(data) {
  const files = new Map();
  let at = 0;
  while (data.readUInt32LE(at) === 0x04034b50) {
    must(data.readUInt16LE(at + 8) === 0, "compressed");
    const size = data.readUInt32LE(at + 22);
    const start = at + 30 + data.readUInt16LE(at + 26) + data.readUInt16LE(at + 28);
    const name = data.subarray(at + 30, at + 30 + data.readUInt16LE(at + 26)).toString("ascii");
    must(!files.has(name) && start + size <= data.length, "a file twice, or cut short");
    files.set(name, data.subarray(start, start + size));
    at = start + size;
  }
  must(data.readUInt32LE(at) === 0x02014b50, "no directory behind the files");
  return files;
}

// Sections 5 and 6: entries, statements and the tree.
const leafOf = (entry) => sha(Buffer.from([0]), entry);
function climb(leaf, index, size, proof) {
  must(Number.isSafeInteger(index) && index >= 0 && index < size, "no such leaf");
  let node = leaf;
  let last = size - 1;
  for (const sibling of proof.map((one) => hex(one))) {
    must(last > 0, "a proof too long");
    if (index % 2 === 1 || index === last) {
      node = sha(Buffer.from([1]), sibling, node);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else node = sha(Buffer.from([1]), node, sibling);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  must(last === 0, "a proof too short");
  return node;
}
function readEntry(data) {
  const typeEnd = 2 + data.readUInt16BE(0);
  const payloadEnd = typeEnd + 4 + data.readUInt32BE(typeEnd);
  const count = data[payloadEnd];
  must(count > 0 && payloadEnd + 9 + 96 * count === data.length, "not an entry");
  const type = data.subarray(2, typeEnd).toString();
  must(type === "application/vnd.sundial.statement.v1+json", "not a statement");
  const payload = data.subarray(typeEnd + 4, payloadEnd);
  const signatures = [];
  for (let at = payloadEnd + 1; at < payloadEnd + 1 + 96 * count; at += 96) {
    signatures.push([data.subarray(at, at + 32), data.subarray(at + 32, at + 96)]);
  }
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  return { data, leaf: leafOf(data), message, said: json(payload), signatures, recordedAt: Number(data.readBigUInt64BE(data.length - 8)) };
}
function checkSigners(entry, keys) {
  must(entry.signatures.length === keys.length, "not the signatures that it needs");
  keys.forEach((key, place) => {
    must(entry.signatures[place][0].equals(sha(key)), "signed by another key");
    signed(key, entry.message, entry.signatures[place][1]);
  });
}

// Section 7: who may sign, by index alone.
class Authority {
  constructor() {
    this.grants = new Map();
    this.logKeys = [];
    this.proposals = new Map();
  }
  grant(key, actor, office, post, roles, from) {
    const id = sha(key).toString("hex");
    must(!this.grants.has(id), "a key is granted once");
    this.grants.set(id, { key, actor, office, post, roles, from, until: Infinity });
  }
  check(index, entry) {
    const { said } = entry;
    const grant = this.grants.get(said.key_id);
    must(grant && index > grant.from && index <= grant.until, "a key without a grant at this index");
    must(same([said.actor, said.office, said.post], [grant.actor, grant.office, grant.post]), "a key of somebody else");
    must(grant.roles.includes(said.role) && said.origin === this.origin, "a role or a ledger that was not granted");
    checkSigners(entry, [grant.key]);
    return grant;
  }
  possession(key, proof, office, actor) {
    signed(key, frame("sundial/p1", this.origin, office, actor, key), hex(proof, 64));
  }
  apply(index, entry) {
    const { said } = entry;
    const { public: fields, action } = said;
    if (action === "ledger.genesis.v1") {
      must(index === 0 && fields.suite === SUITE && said.origin === fields.origin, "not a genesis");
      const keys = [fields.log_key, ...fields.registrars.map((one) => one.key)].map((one) => hex(one));
      checkSigners(entry, keys);
      this.origin = fields.origin;
      this.grant(keys[0], "ledger", "", "", ["ledger"], 0);
      fields.registrars.forEach((one, place) => this.grant(keys[place + 1], one.id, "registrars", "registrar", ["registrar"], 0));
      this.logKeys.push([0, keys[0]]);
      return;
    }
    const grant = this.check(index, entry);
    const office = said.stream.replace("people/", "");
    if (action === "people.key_proposed.v1") {
      must(said.role === "registrar", "not a registrar");
      this.possession(hex(fields.key), fields.possession, office, fields.actor);
      this.proposals.set(entry.leaf.toString("hex"), { ...fields, office, by: said.actor });
    } else if (action === "people.key_confirmed.v1") {
      const asked = this.proposals.get(fields.proposal);
      must(said.role === "registrar" && asked && asked.office === office && asked.by !== said.actor, "not to be confirmed");
      this.proposals.delete(fields.proposal);
      this.grant(hex(asked.key), asked.actor, office, asked.post, asked.roles, index);
    } else if (action === "people.key_revoked.v1") {
      const revoked = this.grants.get(fields.key_id);
      must(said.role === "registrar" && revoked && revoked.office === office && revoked.until === Infinity, "not to be revoked");
      revoked.until = index;
    } else if (action === "people.key_rotated.v1" || action === "ledger.key_rotated.v1") {
      this.possession(hex(fields.key), fields.possession, grant.office, grant.actor);
      grant.until = index;
      this.grant(hex(fields.key), grant.actor, grant.office, grant.post, grant.roles, index);
      if (action === "ledger.key_rotated.v1") this.logKeys.push([index, hex(fields.key)]);
    }
  }
  logKey(size) {
    return this.logKeys.findLast(([index]) => index < Math.max(size, 1))[1];
  }
}

// Section 9: the checkpoint is a signed note.
function openNote(note, key) {
  const split = note.lastIndexOf("\n\n");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  const id = sha(Buffer.from(`${origin}\n\x01`), key).subarray(0, 4);
  const lines = note.slice(split + 2).trimEnd().split("\n").map((one) => one.split(" "));
  const ours = lines.map(([, name, data]) => [name, base64(data)]).filter(([name, data]) => name === origin && data.subarray(0, 4).equals(id));
  must(ours.length > 0, "the log's key in force did not sign the checkpoint");
  ours.forEach(([, data]) => signed(key, Buffer.from(text), data.subarray(4)));
  return { origin, size: Number(size), root: base64(root) };
}
const chained = (stream, origin, entries) => {
  let prev = "0".repeat(64);
  entries.forEach(({ said, leaf }, place) => {
    must(same([said.stream, said.origin, said.seq, said.prev], [stream, origin, place + 1, prev]), "the chain is broken");
    prev = leaf.toString("hex");
  });
  return prev;
};

export function checkBundle(data, anchor) {
  check = "files";
  const files = unpack(data);
  const manifest = line(files.get("manifest.json"));
  const listed = [...files].filter(([name]) => name !== "manifest.json").map(([name, one]) => [name, { digest: sha(one).toString("hex"), size: one.length }]);
  must(same(manifest.files, Object.fromEntries(listed)) && same(manifest.checks, CHECKS), "the manifest is of other files");
  must(manifest.format === "sundial/bundle1" && manifest.suite === SUITE, "another format");
  const proof = line(files.get("proof.json"));
  const chain = line(files.get("authority.json"));
  const [, size, root] = proof.checkpoint.split("\n");
  const under = (leaf, index, hashes) => must(climb(leaf, index, Number(size), hashes).equals(base64(root)), "not under the checkpoint");
  const included = (item) => {
    const entry = readEntry(base64(item.entry));
    under(entry.leaf, item.index, item.proof);
    return entry;
  };

  check = "keys";
  const authority = new Authority();
  const ledger = chain.ledger.map(included);
  ledger.forEach((entry, place) => authority.apply(chain.ledger[place].index, entry));
  must(authority.origin === anchor.origin && ledger[0].leaf.toString("hex") === anchor.genesis, "not the anchored ledger");

  check = "checkpoint";
  const logKey = authority.logKey(Number(size));
  const checkpoint = openNote(proof.checkpoint, logKey);
  must(checkpoint.origin === authority.origin, "another ledger's checkpoint");

  check = "census";
  const census = included(proof.census);
  must(census.said.action === "ledger.census.v1" && census.said.stream === "ledger", "not a census");
  checkSigners(census, [logKey]);
  const counted = census.said.public;

  check = "chain";
  const acts = proof.entries.map((one) => readEntry(base64(one)));
  const head = chained(proof.stream, authority.origin, acts);

  check = "complete";
  const mapped = (stream, head, count, place) => {
    const leaf = sha(Buffer.from([0]), u32(stream.length), stream, hex(head), u64(count));
    must(climb(leaf, place.index, counted.streams, place.proof).equals(hex(counted.map)), "not all entries of a stream");
  };
  mapped(proof.stream, head, acts.length, proof.map);

  check = "signatures";
  const keys = [];
  const places = new Map();
  for (const stream of chain.streams) {
    const entries = stream.entries.map(included);
    if (entries.length) must(same([chained(stream.stream, authority.origin, entries), entries.length], [stream.head, stream.count]), "a stream is not whole");
    mapped(stream.stream, stream.head, stream.count, stream.map);
    places.set(stream.map.index, [stream.stream, entries.length > 0]);
    entries.forEach((entry, place) => keys.push([stream.entries[place].index, entry]));
  }
  const name = "people/registrars";
  const there = [...places.values()].some(([stream, whole]) => stream === name && whole);
  const absent = [-1, ...places.keys()].some((at) => (at < 0 || places.get(at)[0] < name) && (at + 1 === counted.streams || places.get(at + 1)?.[0] > name));
  must(there || absent, "the registrars' stream is neither there nor absent");
  keys.sort(([left], [right]) => left - right).forEach(([index, entry]) => authority.apply(index, entry));

  check = "included";
  must(chain.included.length === acts.length, "not as many places as acts");
  const own = new Map();
  acts.forEach((entry, place) => {
    const { index, proof: hashes } = chain.included[place];
    under(entry.leaf, index, hashes);
    const { said } = entry;
    if (said.actor !== "petitioner") return authority.check(index, entry);
    const brings = said.action === "case.submitted.v1" && said.seq === 1;
    if (brings) own.set(said.key_id, hex(said.public.petitioner_key));
    must(own.has(said.key_id) && sha(own.get(said.key_id)).toString("hex") === said.key_id, "not the petitioner's key");
    checkSigners(entry, [own.get(said.key_id)]);
  });

  check = "disclosures";
  const erased = new Set(acts.filter(({ said }) => said.action === "case.erased.v1").flatMap(({ said }) => said.public.targets).flatMap((one) => one.slots.map((slot) => `${one.seq}.${slot}`)));
  const { acts: opened } = line(files.get("disclosures.json"));
  must(opened.length === acts.length, "not as many disclosures as acts");
  const counts = { absent: 0, audience: 0, disclosed: 0, erased: 0 };
  const attached = [];
  acts.forEach(({ said }, place) => {
    must(opened[place].length === 8, "not 8 slots");
    opened[place].forEach((one, slot) => {
      if ("withheld" in one) {
        must(["audience", "erased"].includes(one.withheld) && (one.withheld === "erased") === erased.has(`${said.seq}.${slot}`), "withheld without a reason");
        counts[one.withheld] += 1;
        return;
      }
      const message = frame("sundial/c1", said.origin, said.stream, String(said.seq), String(slot), one.field, one.value);
      must(createHmac("sha256", hex(one.salt)).update(message).digest("hex") === said.sealed[slot], "a slot does not open");
      counts[one.field === "" && one.value === "" ? "absent" : "disclosed"] += 1;
      if (one.field === "attachments") JSON.parse(one.value).forEach((file) => attached.push([`attachments/${file.digest}`, file.size]));
    });
  });

  check = "audience";
  must(!(manifest.audience === "inspector" && counts.audience) && !(manifest.audience === "public" && counts.disclosed), "not what the audience may see");
  check = "attachments";
  const kept = [...files].filter(([path]) => path.startsWith("attachments/")).map(([path, one]) => [path, one.length]);
  must(same(kept.sort(), [...new Map(attached)].sort()), "not the attachments that are named");
  check = "readable";
  must(["timeline.html", "timeline.pdf"].every((path) => files.get(path)?.length), "no page for people");
  return { acts: acts.length, origin: authority.origin, size: checkpoint.size, slots: counts, stream: proof.stream };
}

const [, program, bundle, anchor] = process.argv;
if (program?.endsWith("read_bundle.mjs") && anchor) {
  try {
    const found = checkBundle(readFileSync(bundle), JSON.parse(readFileSync(anchor)));
    console.log(JSON.stringify({ ok: true, ...found }));
  } catch (error) {
    console.log(JSON.stringify({ ok: false, check, detail: error.message }));
    process.exitCode = 1;
  }
}
