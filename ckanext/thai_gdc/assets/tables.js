/* Tables: the box that chooses all rows; and in the preview of a table (datatables_view) names
 * for what its scripts make without one. Its head is made again whenever the table is laid
 * out, so the names are given again, too.
 */
(function () {
  "use strict";

  function name(element, text) {
    if (element.getAttribute("aria-label") !== text) { element.setAttribute("aria-label", text); }
  }

  function complete(page) {
    page.querySelectorAll("th input[name^=dtcol-]").forEach(function (input) {
      var cell = input.closest("th");
      var head = cell.closest("thead").rows[0].cells[cell.cellIndex];
      name(input, page.dataset.filter.replace("{name}", head ? head.textContent.trim() : ""));
    });
    // The copy of the head by which the browser measures the columns, and the frame that
    // tells of a new size, are for nobody to read or to reach.
    page.querySelectorAll(".dataTables_scrollBody thead, iframe[src='about:blank']").forEach(function (copy) {
      if (!copy.inert) {
        copy.inert = true;
        copy.setAttribute("aria-hidden", "true");
      }
    });
    page.querySelectorAll("input[type=text][tabindex='0']:not([id])").forEach(function (input) {
      name(input, page.dataset.keys);
    });
  }

  function chooseAll(all) {
    var rows = all.closest("table").querySelectorAll("tbody input[type=checkbox]");
    all.hidden = false;
    all.addEventListener("change", function () {
      rows.forEach(function (row) { row.checked = all.checked; });
    });
    all.closest("table").addEventListener("change", function () {
      all.checked = Array.prototype.every.call(rows, function (row) { return row.checked; });
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-gdc-all]").forEach(chooseAll);
    var page = document.querySelector("[data-gdc-table]");
    if (!page) { return; }
    complete(page);
    new MutationObserver(function () { complete(page); }).observe(page, { childList: true, subtree: true });
  });
}());
