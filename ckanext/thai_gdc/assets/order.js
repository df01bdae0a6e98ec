/* A list whose items change places, by buttons (the mouse or the keyboard) and by dragging. */
(function () {
  "use strict";

  /* list  - element whose children are the items; each has two [data-gdc-move] (-1 and 1) and
   *         maybe a [data-gdc-handle]
   * moved - called with an item that somebody has given another place
   * Gives the items in their order; showEnds, which says that the first goes no higher and the
   * last no lower; and restore, which puts items back in an order.
   */
  window.gdcOrder = function (list, moved) {
    const items = () => Array.from(list.children);

    function showEnds() {
      items().forEach((item, index, all) => {
        const [up, down] = item.querySelectorAll("[data-gdc-move]");
        up.setAttribute("aria-disabled", String(index === 0));
        down.setAttribute("aria-disabled", String(index === all.length - 1));
      });
    }

    function restore(order) {
      const focused = document.activeElement;
      list.append(...order);
      showEnds();
      if (list.contains(focused)) focused.focus();
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
      showEnds();
      moved(item);
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
        if (move.clientY < 60) window.scrollBy(0, -12);
        if (move.clientY > window.innerHeight - 60) window.scrollBy(0, 12);
        // The neighbours are moved: an item that is moved itself loses the pointer.
        while (item.previousElementSibling && move.clientY < middle(item.previousElementSibling)) {
          item.after(item.previousElementSibling);
        }
        while (item.nextElementSibling && move.clientY > middle(item.nextElementSibling)) {
          item.before(item.nextElementSibling);
        }
      }

      function end(last) {
        handle.removeEventListener("pointermove", drag);
        ["pointerup", "pointercancel"].forEach((name) => handle.removeEventListener(name, end));
        document.removeEventListener("keydown", escape);
        item.classList.remove("gdc-dragged");
        if (last.type !== "pointerup") restore(before);
        else if (items().some((one, index) => one !== before[index])) {
          showEnds();
          moved(item);
        }
      }

      function escape(key) {
        if (key.key === "Escape") end(key);
      }

      handle.addEventListener("pointermove", drag);
      ["pointerup", "pointercancel"].forEach((name) => handle.addEventListener(name, end));
      document.addEventListener("keydown", escape);
    });

    return { items, showEnds, restore };
  };
})();
