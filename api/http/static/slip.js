// The slip for somebody who was registered at a window: a code, made here, that becomes a key of their own. It is shown
// once, on this page; the server learns the public half only, and nothing can print the slip again.

import { codeKey, formatCode, newCode, parseCode } from "./codes.js";
import { hex } from "./signing.js";
import { drawn } from "./qr.js";

const placeOf = (stream) => `slip ${stream}`;

// The public key of the slip's code; the code is kept while the page is open, also over a lost connection.
export async function claimKey(origin, stream) {
  const text = sessionStorage.getItem(placeOf(stream)) ?? formatCode(newCode());
  sessionStorage.setItem(placeOf(stream), text);
  return hex((await codeKey(parseCode(text), origin, stream)).raw);
}

async function queryCode(form, number) {
  try {
    const answer = await fetch(`/api/codes/${number}`, { method: "POST", headers: { "x-csrf-token": form.dataset.csrf } });
    return answer.ok ? (await answer.json()).code : "";
  } catch { return ""; }
}

// Shows the slip of a case that was registered just now.
export async function showSlip(form, command, told) {
  const number = command.stream.replace("case/", ""), code = sessionStorage.getItem(placeOf(command.stream)), by = (id) => document.getElementById(id);
  if (!code) return;
  sessionStorage.removeItem(placeOf(command.stream));
  by("slip-case").textContent = number;
  by("slip-entry").textContent = `${told.index} · ${told.recorded_at}`;
  by("slip-code").textContent = code;
  by("slip-place").textContent = `${location.origin}/claim`;
  const several = command.public.code_key ? ".several" : "";
  by("slip-qr").replaceChildren(drawn(`${location.origin}/claim#${number}.${code}${several}`, form.dataset.saidQr));
  by("slip-several").hidden = !several;
  const query = await queryCode(form, number);
  by("slip-query").textContent = query;
  by("slip-follow").hidden = !query;
  form.hidden = true;
  by("slip-page").hidden = false;
  by("slip-print").addEventListener("click", () => print());
  by("slip-title").focus();
}
