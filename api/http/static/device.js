// Opens a case whose key this browser keeps, without a code: the key signs the moment that the server names.

import { knock } from "./codes.js";
import { Refused, hex, keyNames, keyOf, post } from "./signing.js";

const place = document.getElementById("device"), list = document.getElementById("device-cases"), told = document.getElementById("device-told");
const { lang, origin } = place.dataset;
const said = (name) => place.dataset[`said${name}`];

async function open(stream) {
  const key = await keyOf(stream);
  const { at } = await fetch("/api/door").then((answer) => answer.json()).catch(() => { throw new Refused(said("Lost")); });
  const signature = await knock(key, origin, stream, "open", at);
  await post("/api/door", { case: stream.replace("case/", ""), key: hex(key.raw), purpose: "open", at, signature }, lang, said);
  location.assign(`/my-case?lang=${lang}`);
}

function line(stream) {
  const item = document.createElement("li"), button = document.createElement("button");
  button.textContent = `${said("Open")} ${stream.slice(5, 17)}`;
  button.addEventListener("click", () => open(stream).catch((error) => { told.textContent = error instanceof Refused ? error.message : said("Lost"); }));
  item.append(button);
  return item;
}

const streams = (await keyNames().catch(() => [])).filter((name) => String(name).startsWith("case/"));
list.replaceChildren(...streams.map(line));
place.hidden = !streams.length;
