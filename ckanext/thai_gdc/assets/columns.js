/* The editor of a data dictionary: rows are added, moved and removed, and drafted from the
 * file. Without it the rows that are there, and three blank ones, can be filled in.
 */
(function () {
  "use strict";

  function partsOf(row) {
    return Array.from(row.querySelectorAll("[data-gdc-part]"));
  }

  function valuesOf(row) {
    return Object.fromEntries(partsOf(row).map((part) => [part.dataset.gdcPart, part.value]));
  }

  function isBlank(row) {
    return partsOf(row).every((part) => !part.value.trim());
  }

  function filled(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function start(editor) {
    const name = editor.dataset.gdcColumns;
    const list = editor.querySelector("[data-gdc-column-rows]");
    const template = editor.querySelector("[data-gdc-column-template]");
    const status = editor.querySelector("[data-gdc-columns-status]");
    const adding = editor.querySelector("[data-gdc-column-add]");
    const drafting = editor.querySelector("[data-gdc-columns-draft]");
    const rows = () => Array.from(list.children);

    /* Numbers, ids and names follow the order of the rows. */
    function number() {
      rows().forEach((row, index) => {
        row.querySelector(".gdc-column-number").textContent = index + 1;
        const label = filled(editor.dataset.gdcRowText, { number: index + 1 });
        row.querySelector("[role=group]").setAttribute("aria-label", label);
        row.querySelector("[data-gdc-column-up]").hidden = index === 0;
        row.querySelector("[data-gdc-column-remove]").hidden = false;
        partsOf(row).forEach((part) => {
          part.id = `field-${name}-${index + 1}-${part.dataset.gdcPart}`;
          part.name = `${name}__${index}__${part.dataset.gdcPart}`;
          part.parentElement.querySelector("label").htmlFor = part.id;
        });
      });
    }

    function append(values) {
      const row = template.content.firstElementChild.cloneNode(true);
      partsOf(row).forEach((part) => { part.value = values[part.dataset.gdcPart] || ""; });
      list.append(row);
      return row;
    }

    function remove(row) {
      const index = rows().indexOf(row);
      row.remove();
      number();
      status.textContent = filled(status.dataset.gdcRemoved, { number: index + 1 });
      const next = rows()[index] || rows()[index - 1];
      (next ? partsOf(next)[0] : adding).focus();
    }

    /* What somebody wrote stays: the draft fills in blanks and adds what is not there. */
    function merge(columns) {
      const here = new Map(rows().map((row) => [valuesOf(row).name.trim(), row]));
      const counts = { added: 0, kept: 0 };
      columns.forEach((column) => {
        const row = here.get(column.name);
        if (row) {
          partsOf(row).forEach((part) => { part.value = part.value || column[part.dataset.gdcPart]; });
          counts.kept += 1;
        } else {
          append(column);
          counts.added += 1;
        }
      });
      rows().filter(isBlank).forEach((row) => row.remove());
      number();
      const inFile = new Set(columns.map((column) => column.name));
      const gone = Array.from(here.keys()).filter((one) => one && !inFile.has(one));
      status.textContent = filled(drafting.dataset.gdcDone, counts);
      if (gone.length) {
        status.textContent += ` ${filled(drafting.dataset.gdcGone, { names: gone.join(", ") })}`;
      }
    }

    async function draft() {
      drafting.disabled = true;
      status.textContent = drafting.dataset.gdcBusy;
      try {
        const answer = await fetch(drafting.dataset.gdcColumnsDraft, { credentials: "same-origin" });
        const said = await answer.json();
        if (said.success) merge(said.result.columns);
        else status.textContent = (said.error.data_dictionary || [drafting.dataset.gdcFailed])[0];
      } catch {
        status.textContent = drafting.dataset.gdcFailed;
      }
      drafting.disabled = false;
      drafting.focus();
    }

    rows().filter(isBlank).forEach((row) => row.remove());
    number();
    adding.hidden = false;
    adding.addEventListener("click", () => {
      const row = append({});
      number();
      partsOf(row)[0].focus();
    });
    if (drafting) {
      drafting.hidden = false;
      drafting.addEventListener("click", draft);
    }
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const row = button.closest("[data-gdc-column]");
      if ("gdcColumnRemove" in button.dataset) remove(row);
      if ("gdcColumnUp" in button.dataset) {
        row.previousElementSibling.before(row);
        number();
        (button.hidden ? partsOf(row)[0] : button).focus();
      }
    });
    // One value in the place of six for each row: a server takes only so many parts of a form.
    editor.closest("form").addEventListener("formdata", (event) => {
      const sent = rows().filter((row) => !isBlank(row)).map((row) => (
        Object.fromEntries(Object.entries(valuesOf(row)).filter(([, value]) => value))
      ));
      rows().forEach((row) => partsOf(row).forEach((part) => event.formData.delete(part.name)));
      event.formData.set(name, sent.length ? JSON.stringify(sent) : "");
    });
  }

  function startAll() {
    document.querySelectorAll("[data-gdc-columns]").forEach(start);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
