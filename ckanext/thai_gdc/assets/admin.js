/* The pages of catalog managers: a search while somebody types, and the order of a list by
 * dragging. Without this script the same forms are sent to the server.
 */
(function () {
  "use strict";

  function filled(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));
  }

  const key = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

  /* ---- Search in what the page shows ---- */

  function startSearch(form) {
    // After a search of the server not everything is on the page.
    if (new URLSearchParams(location.search).get("q")) return;
    const input = form.querySelector("input");
    const rows = Array.from(document.querySelectorAll(`#${form.dataset.gdcFind} [data-gdc-words]`));
    const said = document.querySelector("[data-gdc-found-count]");
    form.querySelector("button").hidden = true;
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", () => {
      const wanted = key(input.value);
      rows.forEach((row) => { row.hidden = !key(row.dataset.gdcWords).includes(wanted); });
      const found = rows.filter((row) => !row.hidden).length;
      said.textContent = wanted ? filled(said.dataset.gdcFoundCount, { found, count: rows.length }) : "";
    });
  }

  /* ---- The order of a list ---- */

  function startOrder(form) {
    const list = form.querySelector("[data-gdc-codes]");
    const said = form.querySelector("[data-gdc-said]");
    const { items, restore } = window.gdcOrder(list, moved);
    const placeOf = (item) => item.querySelector("[name=place]");

    function moved(item) {
      items().forEach((one, index) => { placeOf(one).value = index + 1; });
      said.textContent = `${filled(form.dataset.gdcPlace, {
        name: item.dataset.name, place: items().indexOf(item) + 1, count: items().length,
      })} ${form.dataset.gdcUnsaved}`;
    }

    list.addEventListener("change", (event) => {
      if (event.target.name !== "place") return;
      const item = event.target.closest("li");
      const typed = event.target.value.trim().replace(/[๐-๙]/g, (digit) => "๐๑๒๓๔๕๖๗๘๙".indexOf(digit));
      if (/^\d+$/.test(typed)) {
        const order = items().filter((one) => one !== item);
        order.splice(Math.max(Number(typed), 1) - 1, 0, item);
        restore(order);
      }
      moved(item);
    });

    // Enter in the field of a place moves; the order is saved with its button.
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.name !== "place") return;
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    });

    list.querySelectorAll("[data-gdc-handle]").forEach((handle) => { handle.hidden = false; });
    form.querySelectorAll("[data-gdc-move][autofocus]").forEach((button) => button.focus());
    document.querySelectorAll("[data-gdc-drag-help]").forEach((help) => { help.hidden = false; });
  }

  function start() {
    document.querySelectorAll("[data-gdc-find]").forEach(startSearch);
    document.querySelectorAll("[data-gdc-order-form]").forEach(startOrder);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
