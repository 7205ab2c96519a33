// Moves through a replay with the slider and the keyboard. Without this script every step is a link.
"use strict";
(() => {
  const current = () => document.getElementById("replay");
  let wanted = 0;
  let moving = false;

  const addressOf = (step) => {
    const address = new URL(window.location.href);
    for (const name of ["date", "position_at"]) address.searchParams.delete(name);
    address.searchParams.set("step", String(step));
    return address.pathname + address.search;
  };

  const move = async (step, focus) => {
    const pane = current();
    if (!pane) return;
    wanted = Math.min(Math.max(step, 1), Number(pane.dataset.count));
    if (moving) return;
    moving = true;
    try {
      while (wanted !== Number(current().dataset.step)) {
        const address = addressOf(wanted);
        await htmx.ajax("GET", address, { target: "#replay", select: "#replay", swap: "outerHTML" });
        if (Number(current().dataset.step) !== wanted && addressOf(wanted) === address) {
          window.location.assign(address);
          return;
        }
        window.history.replaceState(null, "", address);
      }
    } finally {
      moving = false;
    }
    if (focus === "slider") document.getElementById("slider").focus();
    const line = document.querySelector("#replay .steps a[aria-current]");
    if (line) line.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("input", (event) => {
    if (event.target.id === "slider") move(Number(event.target.value), "slider");
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#replay a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const address = new URL(link.href);
    if (address.pathname !== window.location.pathname || !address.searchParams.has("step")) return;
    event.preventDefault();
    move(Number(address.searchParams.get("step")));
  });

  // The proof of an act as text: into the clipboard, or a word that it is not there yet.
  const copy = async (button) => {
    let told = button.dataset.notCopied;
    try {
      const answer = await fetch(button.dataset.copy);
      if (answer.ok) {
        await navigator.clipboard.writeText(await answer.text());
        told = button.dataset.copied;
      }
    } catch { /* told as it stands */ }
    document.getElementById("copied").textContent = told;
  };
  const show = () => document.querySelectorAll("[data-copy]").forEach((one) => { one.hidden = false; });
  document.addEventListener("htmx:afterSettle", show);
  show();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  document.addEventListener("keydown", (event) => {
    const pane = current();
    if (!pane || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("input, select, textarea, button")) return;
    const step = Number(pane.dataset.step);
    const to = { ArrowLeft: step - 1, ArrowRight: step + 1, Home: 1, End: Number(pane.dataset.count) }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
})();
