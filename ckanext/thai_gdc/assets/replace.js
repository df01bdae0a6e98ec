/* The page of a replacement: shows the latest figures by itself while there is something to wait
 * for. Without this script there is a link that does.
 */
(function () {
  "use strict";

  const EVERY = 3000;

  function partOf(page) {
    return page.querySelector("[data-gdc-replacement]");
  }

  async function latest() {
    const answer = await fetch(window.location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return partOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }

  /* Only the figures change while it runs: buttons and focus stay where they are. */
  function show(section, fresh, tell) {
    const now = fresh.dataset.gdcReplacement;
    if (now === section.dataset.gdcReplacement) {
      section.querySelector("[data-gdc-progress]").replaceWith(fresh.querySelector("[data-gdc-progress]"));
      return section;
    }
    const hadFocus = section.contains(document.activeElement);
    section.replaceWith(fresh);
    if (now === "done") tell(fresh.dataset.gdcDone);
    if (now === "stopped") tell(fresh.dataset.gdcStopped);
    if (hadFocus) fresh.querySelector("h2").focus();
    return fresh;
  }

  function isRunning(section) {
    return ["running", "late"].includes(section.dataset.gdcReplacement);
  }

  function start() {
    let section = partOf(document);
    const told = document.querySelector("[data-gdc-told]");
    if (!section || !isRunning(section)) return;
    const tell = (text) => { told.textContent = text; };
    async function again() {
      try {
        const fresh = await latest();
        if (!fresh) return;
        if (told.textContent === section.dataset.gdcLost) tell("");
        section = show(section, fresh, tell);
      } catch {
        tell(section.dataset.gdcLost);
      }
      if (isRunning(section)) window.setTimeout(again, EVERY);
    }
    window.setTimeout(again, EVERY);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
