/* The pages of the rules: lists that can be searched, and boxes that count only with a choice. */
(function () {
  "use strict";

  const key = (text) => text.normalize("NFC").toLocaleLowerCase().replace(/\s+/g, "");

  /* Leave what holds the words that are typed; what is ticked stays in sight. */
  function filter(input, items, status) {
    const show = () => {
      const wanted = key(input.value);
      items.forEach((item) => {
        const ticked = item.querySelector("input:checked");
        item.hidden = !key(item.dataset.gdcWords).includes(wanted) && !ticked;
      });
      document.querySelectorAll("[data-gdc-level]").forEach((level) => {
        level.hidden = !level.querySelector("[data-gdc-words]:not([hidden])");
      });
      status.textContent = status.dataset.gdcText
        .replace("{count}", items.filter((item) => !item.hidden).length)
        .replace("{all}", items.length);
    };
    input.addEventListener("input", show);
    input.addEventListener("keydown", (event) => {
      // In a search field of a form Enter would send the form.
      if (event.key === "Enter" && input.closest("[data-gdc-filtered]")) event.preventDefault();
    });
  }

  document.querySelectorAll("[data-gdc-filtered]").forEach((group) => {
    const search = group.querySelector("[data-gdc-filter]");
    if (!search) return;
    search.hidden = false;
    filter(
      search.querySelector("input"), Array.from(group.querySelectorAll("[data-gdc-words]")),
      search.querySelector("[data-gdc-filter-said]"),
    );
  });

  document.querySelectorAll("[data-gdc-filters]").forEach((input) => {
    const list = document.getElementById(input.dataset.gdcFilters);
    filter(
      input, Array.from(list.querySelectorAll("[data-gdc-words]")),
      document.querySelector("[data-gdc-filter-said]"),
    );
  });

  /* The boxes of the site's own set count only while that set is chosen. */
  const own = document.querySelector("[data-gdc-own-stars]");
  const sets = Array.from(document.querySelectorAll("[data-gdc-star-set]"));
  if (own && sets.length) {
    const show = () => { own.hidden = !sets.some((set) => set.checked && set.value === "custom"); };
    sets.forEach((set) => set.addEventListener("change", show));
    show();
  }

  /* A field that only some data types have is asked for with those alone. */
  const field = document.querySelector("[data-gdc-asked]");
  if (field) {
    const types = Array.from(document.querySelectorAll("input[name=data_types]"));
    const show = () => {
      const has = field.selectedOptions[0].dataset.gdcTypes;
      types.forEach((type) => {
        type.disabled = Boolean(has) && !has.split(" ").includes(type.value);
        if (type.disabled) type.checked = false;
      });
    };
    field.addEventListener("change", show);
    show();
  }
})();
