/* Long lists can be searched: a select becomes a text box with a list below it (the combobox
 * pattern of the ARIA Authoring Practices), a group of boxes gets a search field. The select
 * stays in the form and holds the value: without this script it is used itself.
 */
(function () {
  "use strict";

  const gdc = (window.gdc = window.gdc || {});
  const key = (text) => text.normalize("NFC").toLocaleLowerCase().replace(/\s+/g, "");

  function copied(from, to) {
    ["aria-describedby", "aria-required", "aria-invalid"].forEach((name) => {
      if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name));
      from.removeAttribute(name);
    });
  }

  function combobox(select, texts) {
    const id = select.id;
    const label = document.querySelector(`label[for="${id}"]`);
    select.id = `${id}-select`;
    select.hidden = true;

    const input = document.createElement("input");
    input.type = "text";
    input.id = id;
    input.className = "form-control form-select";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", `${id}-list`);
    input.placeholder = select.options[0].textContent;
    copied(select, input);

    const list = document.createElement("ul");
    list.id = `${id}-list`;
    list.className = "gdc-combo-list";
    list.setAttribute("role", "listbox");
    if (label) {
      label.id = label.id || `${id}-label`;
      list.setAttribute("aria-labelledby", label.id);
    }
    list.hidden = true;

    const said = document.createElement("p");
    said.className = "gdc-combo-said";
    said.setAttribute("role", "status");

    const box = document.createElement("div");
    box.className = "gdc-combo";
    select.before(box);
    box.append(select, input, list, said);

    let active = -1;
    const shown = () => Array.from(list.children);
    const chosenText = () => (select.value ? select.selectedOptions[0].textContent.trim() : "");

    function point(index) {
      const items = shown();
      active = items.length ? (index + items.length) % items.length : -1;
      items.forEach((item, place) => item.classList.toggle("gdc-active", place === active));
      if (active < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", items[active].id);
        items[active].scrollIntoView({ block: "nearest" });
      }
    }

    function open(sought) {
      const wanted = key(sought);
      const found = Array.from(select.options)
        .filter((one) => one.value && !one.hidden && key(one.textContent).includes(wanted));
      list.replaceChildren(...found.map((one, place) => {
        const item = document.createElement("li");
        item.id = `${id}-list-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(one.selected));
        item.dataset.value = one.value;
        item.textContent = one.textContent.trim();
        return item;
      }));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      said.textContent = found.length ? gdc.filled(texts.count, { count: found.length }) : texts.none;
      said.classList.toggle("visually-hidden", Boolean(found.length));
      point(wanted && found.length ? 0 : found.findIndex((one) => one.selected));
    }

    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      said.textContent = "";
      active = -1;
    }

    function show() {
      input.value = chosenText();
      close();
    }

    function choose(value) {
      const changed = select.value !== value;
      select.value = value;
      show();
      if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    input.addEventListener("input", (event) => {
      event.stopPropagation();
      open(input.value);
    });
    input.addEventListener("click", () => {
      if (list.hidden) {
        input.select();
        open("");
      } else close();
    });
    input.addEventListener("keydown", (event) => {
      const isOpen = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) open("");
        else point(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
      } else if (event.key === "Enter" && isOpen) {
        event.preventDefault();
        if (active >= 0) choose(shown()[active].dataset.value);
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        event.stopPropagation();
        show();
      }
    });
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("blur", () => {
      // An emptied box means no choice; the one match that is typed out is meant.
      const typed = key(input.value);
      const fitting = shown().filter((item) => key(item.textContent).includes(typed));
      if (!typed) choose("");
      else if (!list.hidden && fitting.length === 1 && typed !== key(chosenText())) choose(fitting[0].dataset.value);
      else show();
    });
    // The list must not take the focus from the box.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) choose(item.dataset.value);
    });
    select.addEventListener("change", show);
    show();
  }

  function filter(choices, texts) {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control gdc-short gdc-filter";
    input.autocomplete = "off";
    input.placeholder = choices.dataset.gdcFilter;
    input.setAttribute("aria-label", choices.dataset.gdcFilter);
    const said = document.createElement("p");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    choices.before(input, said);
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = key(input.value);
      let count = 0;
      Array.from(choices.children).forEach((choice) => {
        const fits = key(choice.textContent).includes(wanted) || choice.querySelector("input").checked;
        choice.hidden = !fits;
        count += fits ? 1 : 0;
      });
      said.textContent = wanted ? (count ? gdc.filled(texts.count, { count }) : texts.none) : "";
    });
    input.addEventListener("change", (event) => event.stopPropagation());
    // Enter here would send the form.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  gdc.searchable = (form) => {
    const pattern = document.querySelector("[data-gdc-combo-pattern]");
    if (!pattern) return;
    const texts = { none: pattern.dataset.gdcNone, count: pattern.dataset.gdcCount };
    form.querySelectorAll("select[data-gdc-searchable]").forEach((select) => combobox(select, texts));
    form.querySelectorAll("[data-gdc-filter]").forEach((choices) => filter(choices, texts));
  };
})();
