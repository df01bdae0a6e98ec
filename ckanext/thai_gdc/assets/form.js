/* The forms of records, resources and organizations. Without this script every field is
 * shown and the server checks the same: nothing here is needed to save.
 */
(function () {
  "use strict";

  const DATA_TYPE = "field-data_type";

  function chosen(form, name) {
    return Array.from(form.querySelectorAll(`[name="${name}"]`))
      .filter((control) => control.type !== "checkbox" || control.checked)
      .map((control) => control.value);
  }

  /* Whether the field has to be seen: it applies, or it holds something to mend. */
  function applies(form, field, dataType) {
    if (field.classList.contains("error")) return true;
    const { gdcTypes, gdcOtherOf, gdcOthers } = field.dataset;
    if (dataType !== null && gdcTypes && !gdcTypes.split(" ").includes(dataType)) return false;
    if (!gdcOtherOf) return true;
    const others = gdcOthers.split(" ");
    return chosen(form, gdcOtherOf).some((code) => others.includes(code));
  }

  /* Hidden fields stay in the form: what was typed is there again when the choice returns. */
  function showWhatApplies(form) {
    const select = form.querySelector(`#${DATA_TYPE}`);
    const dataType = select ? select.value : null;
    form.querySelectorAll("[data-gdc-field]").forEach((field) => {
      field.hidden = !applies(form, field, dataType);
    });
    form.querySelectorAll("[data-gdc-group]").forEach((group) => {
      group.hidden = !group.querySelector("[data-gdc-field]:not([hidden])");
    });
  }

  /* Code points of the trimmed text, as the server counts them. */
  function showCount(counter) {
    const control = document.getElementById(counter.id.replace(/-count$/, ""));
    if (!control) return;
    const limit = Number(counter.dataset.gdcLimit);
    const count = Array.from(control.value.replace(/\r\n/g, "\n").trim()).length;
    counter.textContent = counter.dataset.gdcText
      .replace("{count}", count.toLocaleString("en"))
      .replace("{limit}", limit.toLocaleString("en"));
    counter.classList.toggle("gdc-over", count > limit);
  }

  /* The control itself; of a group of them the first that can be seen. */
  function focusOn(id) {
    let target = document.getElementById(id);
    if (target && target.tabIndex < 0 && !target.hasAttribute("tabindex")) {
      target = Array.from(target.querySelectorAll("input, button")).find((one) => one.offsetParent);
    }
    if (!target) return;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  }

  function start() {
    document.querySelectorAll("[data-gdc-form]").forEach((form) => {
      // The server's messages are in the reader's language, the browser's may not be.
      if (form.closest("form")) form.closest("form").noValidate = true;
      form.addEventListener("change", () => showWhatApplies(form));
      showWhatApplies(form);
      form.querySelectorAll("[data-gdc-limit]").forEach((counter) => {
        const control = document.getElementById(counter.id.replace(/-count$/, ""));
        if (control) control.addEventListener("input", () => showCount(counter));
        showCount(counter);
      });
    });
    const summary = document.querySelector("[data-gdc-errors]");
    if (!summary) return;
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#field-']");
      if (!link) return;
      event.preventDefault();
      focusOn(link.hash.slice(1));
    });
    summary.focus();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
