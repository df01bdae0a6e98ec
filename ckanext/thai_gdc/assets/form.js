/* The forms of records, resources and organizations. Without this script every field is
 * shown and the server checks the same: nothing here is needed to save.
 */
(function () {
  "use strict";

  const gdc = (window.gdc = window.gdc || {});
  const DATA_TYPE = "data_type";

  /* Whether the field has to be seen: it applies, or it holds something to mend. */
  function applies(form, field, dataType) {
    const { gdcTypes, gdcOtherOf, gdcOthers } = field.dataset;
    if (dataType && gdcTypes && !gdcTypes.split(" ").includes(dataType)) return false;
    if (field.classList.contains("error")) return true;
    if (dataType === "" && gdcTypes) return false;
    if (!gdcOtherOf) return true;
    const others = gdcOthers.split(" ");
    return gdc.valuesOf(form, gdcOtherOf).some((code) => others.includes(code));
  }

  const fieldsOf = (form) => Array.from(form.querySelectorAll("[data-gdc-field]"));

  function labelOf(field) {
    const label = field.querySelector("label, legend");
    return label ? label.firstChild.textContent.trim() : field.dataset.gdcField;
  }

  /* Hidden fields stay in the form: what was typed is there again when the choice returns. */
  function showWhatApplies(form) {
    const hasType = gdc.blockOf(form, DATA_TYPE);
    const dataType = hasType ? gdc.valuesOf(form, DATA_TYPE)[0] || "" : null;
    fieldsOf(form).forEach((field) => { field.hidden = !applies(form, field, dataType); });
    form.querySelectorAll("[data-gdc-group]").forEach((group) => {
      group.hidden = !group.querySelector("[data-gdc-field]:not([hidden])");
    });
    sayWhatIsDropped(form, hasType);
  }

  /* Said beside the data type, and again above the buttons. */
  function sayWhatIsDropped(form, hasType) {
    const pattern = document.querySelector("[data-gdc-dropped-pattern]");
    if (!pattern || !hasType) return;
    const dropped = fieldsOf(form)
      .filter((field) => field.hidden && gdc.valuesOf(form, field.dataset.gdcField).length)
      .map(labelOf);
    let said = form.parentElement.querySelectorAll("[data-gdc-dropped]");
    if (!said.length) {
      const made = () => pattern.content.firstElementChild.cloneNode(true);
      hasType.append(made());
      form.append(made());
      said = form.parentElement.querySelectorAll("[data-gdc-dropped]");
    }
    said.forEach((one) => {
      const text = dropped.length ? gdc.filled(one.dataset.gdcDropped, { fields: dropped.join(", ") }) : "";
      if (one.textContent !== text) one.textContent = text;
    });
  }

  /* The stars that go by the data type and the organization. */
  function showStars(form, checker) {
    checker.conditional(form).forEach(([name, isAsked]) => {
      const field = gdc.blockOf(form, name);
      if (!field) return;
      field.querySelectorAll("[data-gdc-star]").forEach((star) => { star.hidden = !isAsked; });
      const control = document.getElementById(`field-${name}`);
      if (!control || !control.matches("input, select, textarea")) return;
      if (isAsked) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    });
  }

  /* What the chosen code means, and what agrees with it elsewhere. */
  function showWhatIsMeant(form) {
    form.querySelectorAll("[data-gdc-explained]").forEach((list) => {
      const chosen = gdc.valuesOf(form, list.dataset.gdcExplained);
      Array.from(list.children).forEach((one) => {
        one.hidden = chosen.length > 0 && !chosen.includes(one.dataset.gdcCode);
      });
    });
    form.querySelectorAll("[data-gdc-agrees-with]").forEach((said) => {
      const other = said.dataset.gdcAgreesWith;
      const [wanted] = gdc.valuesOf(form, other);
      const select = said.closest("[data-gdc-field]").querySelector("select");
      said.dataset.gdcAny = said.dataset.gdcAny || said.textContent;
      Array.from(select.options).forEach((option) => {
        const fits = !wanted || option.dataset.gdcAgrees === undefined
          || option.dataset.gdcAgrees.split(" ").includes(wanted);
        // What is chosen stays to be seen: the check says what is wrong with it.
        option.hidden = !fits && !option.selected;
        option.disabled = option.hidden;
      });
      const text = wanted
        ? gdc.filled(said.dataset.gdcSome, { category: gdc.labelOf(form, other, wanted) })
        : said.dataset.gdcAny;
      if (said.textContent !== text) said.textContent = text;
    });
  }

  /* Code points of the normalised text, as the server counts them. */
  function showCount(counter, checker) {
    const control = document.getElementById(counter.id.replace(/-count$/, ""));
    if (!control) return;
    const limit = Number(counter.dataset.gdcLimit);
    const text = checker ? checker.normalise(control.value) : control.value.trim();
    const count = Array.from(text).length;
    counter.textContent = gdc.filled(counter.dataset.gdcText, {
      count: count.toLocaleString("en"), limit: limit.toLocaleString("en"),
    });
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

  /* The messages beside a field, as the server would write them there. */
  function showMessages(form, name, messages) {
    const field = gdc.blockOf(form, name);
    if (!field) return;
    const id = `field-${name}-error`;
    const controls = Array.from(field.querySelectorAll(`#field-${name}, [name="${name}"]`))
      .filter((one) => one.type !== "hidden" && !one.hidden);
    let place = document.getElementById(id);
    field.classList.toggle("error", messages.length > 0);
    controls.forEach((control) => {
      const isControl = control.matches("input, select, textarea");
      if (isControl && messages.length) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
      if (control.id !== `field-${name}`) return;
      const described = (control.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
      if (messages.length) described.push(id);
      if (described.length) control.setAttribute("aria-describedby", described.join(" "));
      else control.removeAttribute("aria-describedby");
    });
    if (!messages.length) {
      if (place) place.remove();
      return;
    }
    if (!place) {
      place = document.createElement("p");
      place.className = "gdc-error";
      place.id = id;
      (field.querySelector("fieldset") || field).append(place);
    }
    place.replaceChildren(...messages.map((message) => {
      const line = document.createElement("span");
      line.textContent = message;
      return line;
    }));
  }

  function showSummary(found) {
    const place = document.querySelector("[data-gdc-summary]");
    const pattern = document.querySelector("[data-gdc-summary-pattern]");
    const summary = pattern.content.firstElementChild.cloneNode(true);
    summary.querySelector("ul").replaceChildren(...found.map(([name, message]) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#field-${name}`;
      link.textContent = message;
      line.append(link);
      return line;
    }));
    place.replaceChildren(summary);
    summary.focus();
  }

  /* A message that appears while a button is pressed would push the button away from under the
   * pointer, and the click would be lost: it waits until the button is let go. */
  let isPressed = false;
  let waiting = [];
  document.addEventListener("pointerdown", () => { isPressed = true; });
  ["pointerup", "pointercancel"].forEach((kind) => document.addEventListener(kind, () => {
    isPressed = false;
    setTimeout(() => waiting.splice(0).forEach((work) => work()), 60);
  }));
  function afterPress(work) {
    if (isPressed) waiting.push(work);
    else work();
  }

  function check(form, block, checker) {
    const judge = (name) => {
      const field = gdc.blockOf(block, name);
      return field && !field.hidden ? checker.ofField(block, name) : [];
    };
    const update = (name) => {
      showMessages(block, name, judge(name));
      // Showing an "other" field is a matter of what is chosen, not of what is wrong with it.
      showWhatApplies(block);
    };
    const nameOf = (event) => {
      const field = event.target.closest("[data-gdc-field]");
      return field && field.dataset.gdcField;
    };
    function updateWith(name) {
      update(name);
      checker.dependents(name).forEach((one) => {
        const field = gdc.blockOf(block, one);
        if (field && (field.classList.contains("error") || gdc.valuesOf(block, one).length)) update(one);
      });
    }
    block.addEventListener("change", (event) => {
      const name = nameOf(event);
      if (name && checker.names.includes(name)) afterPress(() => updateWith(name));
    });
    // While somebody types, a message goes as soon as it is mended; none comes before the end.
    block.addEventListener("input", (event) => {
      const name = nameOf(event);
      const field = name && gdc.blockOf(block, name);
      if (field && field.classList.contains("error") && checker.names.includes(name)) {
        showMessages(block, name, judge(name));
      }
    });
    form.addEventListener("submit", (event) => {
      const pressed = event.submitter && event.submitter.value;
      const isUntouched = block.dataset.gdcForm === "resource" && gdc.isDirty && !gdc.isDirty();
      if (pressed !== "go-dataset" && !isUntouched) {
        const found = [];
        fieldsOf(block).map((field) => field.dataset.gdcField).forEach((name) => {
          if (!checker.names.includes(name)) return;
          const messages = judge(name);
          showMessages(block, name, messages);
          messages.forEach((message) => found.push([name, message]));
        });
        if (found.length) {
          event.preventDefault();
          event.stopImmediatePropagation();
          showSummary(found);
          return;
        }
      }
      form.dispatchEvent(new Event("gdc-sending"));
    });
  }

  function start() {
    const carried = document.querySelector("[data-gdc-rules]");
    const checker = carried ? gdc.checker(JSON.parse(carried.textContent)) : null;
    document.querySelectorAll("[data-gdc-form]").forEach((block) => {
      const form = block.closest("form") || block;
      // The server's messages are in the reader's language, the browser's may not be.
      form.noValidate = true;
      gdc.searchable(block);
      block.addEventListener("change", () => {
        showWhatApplies(block);
        showWhatIsMeant(block);
        if (checker) showStars(block, checker);
      });
      showWhatApplies(block);
      showWhatIsMeant(block);
      if (checker) showStars(block, checker);
      if (checker) check(form, block, checker);
      block.querySelectorAll("[data-gdc-limit]").forEach((counter) => {
        const control = document.getElementById(counter.id.replace(/-count$/, ""));
        if (!control) return;
        ["input", "gdc-filled"].forEach((kind) => control.addEventListener(kind, () => showCount(counter, checker)));
        showCount(counter, checker);
      });
      if (form.matches("form")) gdc.drafts(form, block);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-gdc-errors] a[href^='#field-']");
      if (!link) return;
      event.preventDefault();
      focusOn(link.hash.slice(1));
    });
    const summary = document.querySelector("[data-gdc-errors]");
    if (summary) summary.focus();
    else if (location.hash.startsWith("#field-")) focusOn(location.hash.slice(1));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
