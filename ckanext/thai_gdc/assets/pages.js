/* The reading pages. Without this script everything is there to read: a citation is selected
 * and copied by hand, and a search is a page of its own.
 */
(function () {
  "use strict";

  async function copy(button) {
    const text = document.getElementById(button.dataset.gdcCopy);
    const status = document.getElementById(button.dataset.gdcStatus);
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      status.textContent = button.dataset.gdcDone;
    } catch {
      // No secure address, or not allowed: select it, so that the usual keys copy it.
      const range = document.createRange();
      range.selectNodeContents(text);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      status.textContent = button.dataset.gdcFailed;
    }
  }

  /* What was chosen may be gone from the page that answers: then its heading takes the focus. */
  function keepFocus() {
    if (document.activeElement && document.activeElement !== document.body) return;
    const heading = document.querySelector("[data-gdc-found]");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  function start() {
    document.querySelectorAll("[data-gdc-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    });
    const failure = document.querySelector("[data-gdc-search-failed]");
    document.body.addEventListener("htmx:afterSettle", keepFocus);
    document.body.addEventListener("htmx:beforeRequest", () => {
      if (failure) failure.hidden = true;
    });
    ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => {
      document.body.addEventListener(name, () => {
        if (failure) failure.hidden = false;
      });
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
