/* Checks a form while it is filled in, by the rules that the page carries (record/browser.py
 * makes them of the definitions by which the server judges again). Says all at once.
 *
 * gdc.checker(rules) -> { normalise, oneLine, ofField(form, name), conditional(form), count(value) }
 */
(function () {
  "use strict";

  const gdc = (window.gdc = window.gdc || {});
  const QUOTED = 60;
  const DATA_TYPE = "data_type";
  const OWNER = "owner_org";

  gdc.filled = (pattern, values) =>
    pattern.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));

  gdc.blockOf = (form, name) => form.querySelector(`[data-gdc-field="${name}"]`);

  function controlsOf(form, name) {
    const block = gdc.blockOf(form, name);
    return block
      ? Array.from(block.querySelectorAll("input, select, textarea")).filter((one) => one.name === name)
      : [];
  }

  /* The values of a field as they would be sent, blank ones left out. */
  gdc.valuesOf = (form, name) =>
    controlsOf(form, name)
      .filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked)
      .map((one) => one.value)
      .filter((value) => value.trim());

  /* What a code is called on the page. */
  gdc.labelOf = (form, name, code) => {
    for (const control of controlsOf(form, name)) {
      if (control.tagName === "SELECT") {
        const option = Array.from(control.options).find((one) => one.value === code);
        if (option) return option.textContent.trim();
      } else if (control.value === code && control.labels && control.labels.length) {
        return control.labels[0].textContent.trim();
      }
    }
    return code;
  };

  gdc.checker = (rules) => {
    const steps = (list) => list.map(([pattern, made]) => [new RegExp(pattern, "gu"), made]);
    const once = steps(rules.normalise.once);
    const untilStable = steps(rules.normalise.untilStable);
    const take = (value, list) => list.reduce((text, [pattern, made]) => text.replace(pattern, made), value);

    function normalise(value) {
      let text = take(value, once);
      let before;
      do {
        before = text;
        text = take(text.normalize("NFC"), untilStable);
      } while (text !== before);
      return text.trim();
    }

    const oneLine = (value) => normalise(value).split(/\s+/u).filter(Boolean).join(" ");
    const count = (text) => Array.from(text).length;
    const number = (value) => value.toLocaleString("en");
    const digits = (text) =>
      text.replace(/[\u0e50-\u0e59]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
    const quoted = (value) => {
      const letters = Array.from(oneLine(value));
      return letters.length <= QUOTED ? letters.join("") : `${letters.slice(0, QUOTED - 1).join("")}…`;
    };

    function ofText(rule, value, multiline) {
      const text = multiline ? normalise(value) : oneLine(value);
      if (!text) return rule.missing ? [rule.missing] : [];
      if (rule.max && count(text) > rule.max) return [gdc.filled(rule.tooLong, { count: number(count(text)) })];
      const wrong = () => [gdc.filled(rule.wrong, { value: quoted(value) })];
      if (rule.pattern) {
        const plain = digits(text).replace(/^mailto:/, "");
        if (!new RegExp(`^(?:${rule.pattern})$`, "iu").test(plain)) return wrong();
        if (rule.limit && Math.abs(parseFloat(plain)) > rule.limit) return wrong();
      }
      if (rule.isDate && window.gdcDates && !window.gdcDates.parse(text)) return wrong();
      return [];
    }

    function ofKeywords(rule, value) {
      const found = [];
      const kept = [];
      value.split(",").map(oneLine).filter(Boolean).forEach((word) => {
        const said = { tag: quoted(word) };
        const length = count(word);
        if (word.includes("\ufffd") || /^\p{Mn}/u.test(word)) found.push(gdc.filled(rule.tags.damaged, said));
        else if (/["\\]/.test(word)) found.push(gdc.filled(rule.tags.quotes, said));
        else if (length < rule.tags.least || length > rule.tags.most) found.push(gdc.filled(rule.tags.length, said));
        else if (!kept.includes(word)) kept.push(word);
      });
      if (!found.length && !kept.length && rule.missing) return [rule.missing];
      const length = count(kept.join(","));
      if (rule.max && length > rule.max) found.push(gdc.filled(rule.tooLong, { count: number(length) }));
      return found;
    }

    /* The rows of a data dictionary; blank ones are no columns. */
    function ofColumns(rule, block) {
      const found = [];
      const seen = new Map();
      Array.from(block.querySelectorAll("[data-gdc-column]")).forEach((row, index) => {
        const parts = Array.from(row.querySelectorAll("[data-gdc-part]"));
        if (parts.every((part) => !part.value.trim())) return;
        const say = (message) => found.push(gdc.filled(rule.inRow, { row: index + 1, message }));
        parts.forEach((part) => {
          const { gdcPart } = part.dataset;
          ofText(rule.parts[gdcPart], part.value, part.tagName === "TEXTAREA").forEach(say);
          const name = gdcPart === "name" && oneLine(part.value);
          if (name && seen.has(name)) say(gdc.filled(rule.repeated, { value: quoted(name), row: seen.get(name) }));
          else if (name) seen.set(name, index + 1);
        });
      });
      return found;
    }

    /* The rules for which a second field counts; the value itself is sound. */
    function across(rule, form, name, chosen) {
      const of = (other) => gdc.valuesOf(form, other);
      if (rule.other && !chosen.length) {
        const asked = of(rule.other.of).find((code) => rule.other.codes.includes(code));
        if (asked) return [gdc.filled(rule.other.message, { code: gdc.labelOf(form, rule.other.of, asked) })];
      }
      if (!chosen.length) return [];
      if (rule.unit) {
        const [unit] = of(rule.unit.of);
        if (!unit) return [rule.unit.needed];
        if (rule.unit.without.includes(unit)) {
          return [gdc.filled(rule.unit.senseless, { code: gdc.labelOf(form, rule.unit.of, unit) })];
        }
      }
      if (rule.agrees) {
        const [wanted] = of(rule.agrees.with);
        const select = controlsOf(form, name)[0];
        const agreeing = (option) =>
          !wanted || option.dataset.gdcAgrees === undefined
          || option.dataset.gdcAgrees.split(" ").includes(wanted);
        const option = Array.from(select.options).find((one) => one.value === chosen[0]);
        if (option && !agreeing(option)) {
          const allowed = Array.from(select.options)
            .filter((one) => one.value && one.dataset.gdcRetired === undefined && agreeing(one));
          return [gdc.filled(rule.agrees.message, {
            code: option.textContent.trim(),
            category: gdc.labelOf(form, rule.agrees.with, wanted),
            allowed: allowed.map((one) => one.textContent.trim()).join(", "),
          })];
        }
      }
      if (rule.atLeast) {
        const [least] = of(rule.atLeast.of);
        const plain = (value) => parseFloat(digits(value).replace(/^[^0-9+-]*/, ""));
        if (least && plain(chosen[0]) < plain(least)) return [rule.atLeast.message];
      }
      return [];
    }

    /* The sentence for a field that is left blank, if the record has to have it. */
    function missing(form, rule) {
      if (rule.missing || !rule.missingIf) return rule.missing;
      const [dataType] = gdc.valuesOf(form, DATA_TYPE);
      const [owner] = gdc.valuesOf(form, OWNER);
      const isMeant = rule.missingIf.when.some(({ types, organizations }) =>
        (!types.length || types.includes(dataType)) && (!organizations.length || organizations.includes(owner)));
      return isMeant ? rule.missingIf.message : undefined;
    }

    /* Fields that some records have to have, and whether this one has to. */
    const conditional = (form) => Object.entries(rules.fields)
      .filter(([, rule]) => rule.missingIf)
      .map(([name, rule]) => [name, Boolean(missing(form, rule))]);

    /* Everything that is wrong with a field as it stands in the form. */
    function ofField(form, name) {
      const rule = rules.fields[name] && { ...rules.fields[name], missing: missing(form, rules.fields[name]) };
      if (rule && rule.columns) return ofColumns(rule.columns, gdc.blockOf(form, name));
      const controls = controlsOf(form, name);
      if (!rule || !controls.length) return [];
      const chosen = gdc.valuesOf(form, name);
      const [control] = controls;
      const typed = ["TEXTAREA", "INPUT"].includes(control.tagName)
        && !["checkbox", "radio", "hidden", "file"].includes(control.type);
      if (!typed) {
        if (!chosen.length && rule.missing) return [rule.missing];
        return across(rule, form, name, chosen);
      }
      if (rule.tags) return ofKeywords(rule, control.value);
      const found = ofText(rule, control.value, control.tagName === "TEXTAREA");
      return found.length ? found : across(rule, form, name, chosen);
    }

    /* Names of the fields whose judgement depends on this one. */
    function dependents(name) {
      return Object.keys(rules.fields).filter((one) => {
        const { missingIf, other, unit, agrees, atLeast } = rules.fields[one];
        if (missingIf && [DATA_TYPE, OWNER].includes(name)) return true;
        return [other && other.of, unit && unit.of, agrees && agrees.with, atLeast && atLeast.of].includes(name);
      });
    }

    return { normalise, oneLine, count, ofField, conditional, dependents, names: Object.keys(rules.fields) };
  };
})();
