// Printed codes and the keys that they stand for, and the proofs that are made with a petitioner's key.
// Source: audit/FORMAT.md, printed codes; RFC 4648 section 6 (base32).

import { bytesOf, fromSecret, join, lengthened, sign } from "./signing.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", CODE_BYTES = 20;

const frame = (tag, ...parts) => join(bytesOf(tag), ...parts.map(lengthened));

export const newCode = () => crypto.getRandomValues(new Uint8Array(CODE_BYTES));

// Eight groups of four letters and digits.
export function formatCode(code) {
  let bits = "";
  for (const byte of code) bits += byte.toString(2).padStart(8, "0");
  return bits.match(/.{5}/g).map((five) => LETTERS[parseInt(five, 2)]).join("").match(/.{4}/g).join("-");
}

// The bytes of a code as somebody typed it, or null: case, spaces and hyphens do not matter.
export function parseCode(text) {
  const letters = text.toUpperCase().replace(/[\s-]/g, "");
  if (!/^[A-Z2-7]{32}$/.test(letters)) return null;
  const bits = Array.from(letters, (one) => LETTERS.indexOf(one).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g), (eight) => parseInt(eight, 2));
}

// The key that a printed code stands for in one case of one ledger.
export async function codeKey(code, origin, stream) {
  const salt = await crypto.subtle.importKey("raw", code, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const secret = await crypto.subtle.sign("HMAC", salt, frame("sundial/k1", bytesOf(origin), bytesOf(stream)));
  return fromSecret(new Uint8Array(secret));
}

// The code's signature that hands the case to a new key.
export const claimProof = (codesKey, origin, stream, raw) =>
  sign(codesKey, frame("sundial/k2", bytesOf(origin), bytesOf(stream), new Uint8Array(raw)));

// What opens the own case with its key: at is the moment that the server named.
export const knock = (key, origin, stream, purpose, at) =>
  sign(key, frame("sundial/o1", ...[origin, stream, purpose, at].map(bytesOf)));
