// Files that go with an act: sent as they are chosen, told by the SHA-256 that this browser computed itself.

import { Refused, hex, need } from "./signing.js";

const LARGEST = 20 * 2 ** 20, MOST = 20;
const ENDINGS = { pdf: "application/pdf", jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", mp4: "video/mp4", m4a: "audio/mp4",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", txt: "text/plain" };

async function sent(file, kase, lang, said) {
  const kind = ENDINGS[file.name.toLowerCase().split(".").pop()];
  need(kind, `${file.name}: ${said("Kind")}`);
  need(file.size > 0 && file.size <= LARGEST, `${file.name}: ${said("Large")}`);
  const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  let answer;
  try {
    answer = await fetch(`/api/files/${kase}?lang=${lang}`, { method: "POST", body: file, headers: { "content-type": kind } });
  } catch { throw new Refused(`${file.name}: ${said("Lost")}`); }
  const told = await answer.json();
  need(answer.ok, `${file.name}: ${told.title}`);
  need(told.digest === digest && told.size === file.size && told.media_type === kind, `${file.name}: ${said("Differs")}`);
  return { name: file.name, filed: { digest, size: file.size, media_type: kind } };
}

// Keeps the list of a file field: `files` are {name, filed}, and `changed` is called with them when they change.
export function follow(input, list, files, kase, form, said, changed) {
  const draw = () => {
    list.replaceChildren(...files.map((one) => {
      const line = document.createElement("li"), drop = document.createElement("button");
      drop.type = "button";
      drop.className = "quiet";
      drop.textContent = `${said("Drop")} ${one.name}`;
      drop.addEventListener("click", () => { files.splice(files.indexOf(one), 1); draw(); changed(files); });
      line.append(`${one.name} (${Math.ceil(one.filed.size / 1024)} KiB) `, drop);
      return line;
    }));
  };
  input.addEventListener("change", async () => {
    const wrong = [];
    form.dataset.sending = "1";
    for (const file of input.files) {
      try {
        need(files.length < MOST, said("Many"));
        const one = await sent(file, kase(), form.dataset.lang, said);
        if (!files.some((known) => known.filed.digest === one.filed.digest)) files.push(one);
      } catch (error) { wrong.push(error instanceof Refused ? error.message : said("Lost")); }
    }
    delete form.dataset.sending;
    input.value = "";
    draw();
    changed(files, wrong);
  });
  draw();
}
