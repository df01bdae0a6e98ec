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
    const items = () => Array.from(list.children);
    const placeOf = (item) => item.querySelector("[name=place]");

    function moved(item) {
      items().forEach((one, index, all) => {
        const [up, down] = one.querySelectorAll("[data-gdc-move]");
        placeOf(one).value = index + 1;
        up.setAttribute("aria-disabled", String(index === 0));
        down.setAttribute("aria-disabled", String(index === all.length - 1));
      });
      said.textContent = `${filled(form.dataset.gdcPlace, {
        name: item.dataset.name, place: items().indexOf(item) + 1, count: items().length,
      })} ${form.dataset.gdcUnsaved}`;
    }

    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-gdc-move]");
      if (!button) return;
      event.preventDefault();
      if (button.getAttribute("aria-disabled") === "true") return;
      // The neighbour is moved and not the item itself, so that the button keeps the focus.
      const item = button.closest("li");
      if (button.dataset.gdcMove === "1") item.before(item.nextElementSibling);
      else item.after(item.previousElementSibling);
      moved(item);
    });

    list.addEventListener("change", (event) => {
      if (event.target.name !== "place") return;
      const item = event.target.closest("li");
      const typed = event.target.value.trim().replace(/[๐-๙]/g, (digit) => "๐๑๒๓๔๕๖๗๘๙".indexOf(digit));
      const focused = document.activeElement;
      if (/^\d+$/.test(typed)) {
        const others = items().filter((one) => one !== item);
        const place = Math.min(Math.max(Number(typed), 1), others.length + 1);
        if (place > others.length) list.append(item);
        else others[place - 1].before(item);
        if (list.contains(focused)) focused.focus();
      }
      moved(item);
    });

    // Enter in the field of a place moves; the order is saved with its button.
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.name !== "place") return;
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    });

    list.addEventListener("pointerdown", (event) => {
      const handle = event.target.closest("[data-gdc-handle]");
      if (!handle || event.button !== 0) return;
      event.preventDefault();
      const item = handle.closest("li");
      const before = items();
      const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
      handle.setPointerCapture(event.pointerId);
      item.classList.add("gdc-dragged");

      function drag(move) {
        // The neighbours are moved: an item that is moved itself loses the pointer.
        let above = item.previousElementSibling;
        let below = item.nextElementSibling;
        for (; above && move.clientY < middle(above); above = item.previousElementSibling) item.after(above);
        for (; below && move.clientY > middle(below); below = item.nextElementSibling) item.before(below);
        const edge = 60;
        if (move.clientY < edge) window.scrollBy(0, -12);
        else if (move.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
      }
      function stop(ending) {
        handle.removeEventListener("pointermove", drag);
        item.classList.remove("gdc-dragged");
        if (ending.type === "pointercancel") before.forEach((one) => list.append(one));
        else if (items().some((one, index) => one !== before[index])) moved(item);
      }
      handle.addEventListener("pointermove", drag);
      ["pointerup", "pointercancel"].forEach((kind) => handle.addEventListener(kind, stop, { once: true }));
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
