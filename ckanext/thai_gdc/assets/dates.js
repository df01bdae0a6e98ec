/* Dates in both eras: what was typed is read as dates.py reads it (the page carries its
 * tables and patterns) and said below the input; a calendar in the reader's era helps to choose.
 */
(function () {
  "use strict";

  const DAY = 86400000;
  let given = null;

  /* The rules as the page carries them; null on a page without a date. */
  function rules() {
    const written = given || document.querySelector("script[data-gdc-date-rules]");
    if (!given && written) {
      given = JSON.parse(written.textContent);
      given.cleaned = given.cleaned.map(([what, by]) => [new RegExp(what, "gu"), by]);
      ["yearFirst", "dayFirst", "named"].forEach((name) => {
        given[name] = new RegExp(`^(?:${given[name]})$`, "u");
      });
      given.prefix = new RegExp(given.prefix, "u");
    }
    return given;
  }

  function cleaned(written) {
    const bare = rules().cleaned.reduce((text, [what, by]) => text.replace(what, by), written);
    return bare.normalize("NFC").trim().replace(/\s+/gu, " ")
      .replace(/[๐-๙]/g, (digit) => digit.charCodeAt(0) - 0x0e50)
      .replace(rules().prefix, "");
  }

  function padded(number, length) {
    return String(number).padStart(length, "0");
  }

  /* ISO 8601, or null for a day that no month has. */
  function iso(year, month, day) {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const there = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    return there ? `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}` : null;
  }

  /* The date that was typed in either era, as ISO 8601; null where the text is none. */
  function parse(written) {
    if (!rules()) return null;
    const text = cleaned(written);
    let found = rules().yearFirst.exec(text);
    let [year, month, day] = found ? found.slice(1).map(Number) : [];
    if (!found && (found = rules().dayFirst.exec(text))) {
      [day, month, year] = found.slice(1).map(Number);
    } else if (!found && (found = rules().named.exec(text))) {
      [day, year] = [Number(found[1]), Number(found[3])];
      month = rules().monthNumbers[found[2].toLowerCase().replace(/\.+$/, "")];
    }
    if (!found || !month || year < rules().firstYear) return null;
    return iso(year >= rules().firstEra ? year - rules().era : year, month, day);
  }

  /* A date of ISO 8601 for a reader: "16 มีนาคม 2564" or "16 March 2021". */
  function show(date, language) {
    if (!rules()) return date;
    const thai = (language || rules().language) === "th";
    const [year, month, day] = date.split("-").map(Number);
    return `${day} ${rules().months[thai ? "th" : "en"][month - 1]} ${thai ? year + rules().era : year}`;
  }

  window.gdcDates = { parse, show };

  /* ---- The calendar: one dialog for all inputs of a page ---- */

  const asDate = (written) => new Date(`${written}T00:00:00Z`);
  const asIso = (date) => date.toISOString().slice(0, 10);

  function today() {
    const now = new Date();
    return iso(now.getFullYear(), now.getMonth() + 1, now.getDate());
  }

  function make(tag, attributes, ...children) {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  }

  function button(attributes, ...children) {
    return make("button", { type: "button", ...attributes }, ...children);
  }

  class Calendar {
    constructor() {
      const { texts, language, months, era, firstEra } = rules();
      this.thai = language === "th";
      this.ahead = this.thai ? era : 0;
      // What is written has to be read back as the same day: see dates.py on the two eras.
      this.first = iso(firstEra - era, 1, 1);
      this.last = iso(firstEra - 1, 12, 31);
      this.month = make("select", { class: "form-select", id: "gdc-calendar-month" },
        ...months[this.thai ? "th" : "en"].map((name, index) => new Option(name, index + 1)));
      this.year = make("input", {
        class: "form-control", id: "gdc-calendar-year", type: "number", inputmode: "numeric",
        min: Number(this.first.slice(0, 4)) + this.ahead,
        max: Number(this.last.slice(0, 4)) + this.ahead,
      });
      this.heading = make("h2", { id: "gdc-calendar-title" }, texts.title);
      this.said = make("p", { class: "visually-hidden", "aria-live": "polite" });
      this.days = make("tbody");
      const before = button({ class: "btn btn-secondary", "aria-label": texts.before }, "‹");
      const after = button({ class: "btn btn-secondary", "aria-label": texts.after }, "›");
      const now = button({ class: "btn btn-secondary" }, texts.today);
      const cancel = button({ class: "btn btn-secondary" }, texts.cancel);
      this.dialog = make("dialog", { class: "gdc-calendar", "aria-labelledby": this.heading.id },
        this.heading,
        make("div", { class: "gdc-calendar-head" },
          before,
          make("div", {}, make("label", { for: this.month.id }, texts.month), this.month),
          make("div", {}, make("label", { for: this.year.id }, texts.year), this.year),
          after),
        this.said,
        make("table", {
          role: "grid", "aria-labelledby": this.heading.id, "aria-describedby": "gdc-calendar-keys",
        }, make("thead", {}, this.weekdays(language)), this.days),
        make("p", { class: "gdc-help", id: "gdc-calendar-keys" }, texts.keys),
        make("div", { class: "gdc-calendar-foot" }, now, cancel));
      document.body.append(this.dialog);

      before.addEventListener("click", () => this.show(this.shifted(-1)));
      after.addEventListener("click", () => this.show(this.shifted(1)));
      now.addEventListener("click", () => this.show(today(), true));
      cancel.addEventListener("click", () => this.dialog.close());
      this.month.addEventListener("change", () => this.chosenMonth());
      this.year.addEventListener("change", () => this.chosenMonth());
      this.year.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.chosenMonth();
      });
      this.days.addEventListener("click", (event) => {
        const day = event.target.closest("button[data-day]");
        if (day && day.getAttribute("aria-disabled") !== "true") this.choose(day.dataset.day);
      });
      this.days.addEventListener("keydown", (event) => this.move(event));
      this.dialog.addEventListener("close", () => this.opener.focus());
      this.dialog.addEventListener("click", (event) => {
        if (event.target === this.dialog) this.dialog.close();
      });
    }

    weekdays(language) {
      // 4 January 1970 was a Sunday.
      const names = Array.from({ length: 7 }, (_, index) => new Date((3 + index) * DAY));
      const word = (width) => new Intl.DateTimeFormat(language, { weekday: width, timeZone: "UTC" });
      return make("tr", {}, ...names.map((day) => (
        make("th", { scope: "col", abbr: word("long").format(day) }, word("short").format(day))
      )));
    }

    open(input, opener) {
      this.input = input;
      this.opener = opener;
      this.chosen = parse(input.value);
      this.dialog.showModal();
      this.show(this.chosen || today(), true);
    }

    /* The same day of another month, or its last one. */
    shifted(months) {
      const [year, month, day] = this.shown.split("-").map(Number);
      const date = new Date(0);
      date.setUTCFullYear(year, month - 1 + months, 1);
      const last = new Date(date);
      last.setUTCMonth(last.getUTCMonth() + 1, 0);
      date.setUTCDate(Math.min(day, last.getUTCDate()));
      return asIso(date);
    }

    chosenMonth() {
      const least = Number(this.year.min);
      const most = Number(this.year.max);
      const year = Math.min(Math.max(Math.round(Number(this.year.value)) || least, least), most);
      const [was, month] = this.shown.split("-").map(Number);
      this.show(this.shifted((year - this.ahead - was) * 12 + Number(this.month.value) - month));
    }

    show(day, takesFocus) {
      this.shown = day < this.first ? this.first : day > this.last ? this.last : day;
      const [year, month] = this.shown.split("-").map(Number);
      this.month.value = month;
      this.year.value = year + this.ahead;
      const start = asDate(`${this.shown.slice(0, 8)}01`);
      start.setTime(start.getTime() - start.getUTCDay() * DAY);
      const weeks = [];
      do {
        weeks.push(make("tr", {}, ...Array.from({ length: 7 }, (_, index) => (
          this.cell(asIso(new Date(start.getTime() + index * DAY)))
        ))));
        start.setTime(start.getTime() + 7 * DAY);
      } while (asIso(start).slice(0, 7) === this.shown.slice(0, 7));
      this.days.replaceChildren(...weeks);
      const words = show(this.shown).replace(/^\d+ /, "");
      if (this.said.textContent !== words) this.said.textContent = words;
      if (takesFocus) this.days.querySelector("[tabindex='0']").focus();
    }

    cell(day) {
      const out = day < this.first || day > this.last;
      const other = day.slice(0, 7) !== this.shown.slice(0, 7);
      const made = button({
        "data-day": day, tabindex: day === this.shown ? 0 : -1, "aria-label": show(day),
        ...(other ? { class: "gdc-other-month" } : {}), ...(out ? { "aria-disabled": "true" } : {}),
        ...(day === today() ? { "aria-current": "date" } : {}),
      }, String(Number(day.slice(8))));
      return make("td", { role: "gridcell", "aria-selected": String(day === this.chosen) }, made);
    }

    move(event) {
      const day = asDate(this.shown);
      const by = (days) => asIso(new Date(day.getTime() + days * DAY));
      const months = event.shiftKey ? 12 : 1;
      const target = {
        ArrowLeft: () => by(-1), ArrowRight: () => by(1), ArrowUp: () => by(-7), ArrowDown: () => by(7),
        Home: () => by(-day.getUTCDay()), End: () => by(6 - day.getUTCDay()),
        PageUp: () => this.shifted(-months), PageDown: () => this.shifted(months),
      }[event.key];
      if (!target) return;
      event.preventDefault();
      this.show(target(), true);
    }

    choose(day) {
      this.input.value = show(day);
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
      this.dialog.close();
    }
  }

  let calendar = null;

  function enhance(input) {
    const opener = input.parentElement.querySelector(".gdc-date-button");
    const understood = document.getElementById(`${input.id}-understood`);
    input.addEventListener("input", () => {
      const date = parse(input.value);
      understood.textContent = date ? rules().texts.understood.replace("{date}", show(date)) : "";
    });
    opener.hidden = false;
    opener.addEventListener("click", () => {
      calendar = calendar || new Calendar();
      calendar.open(input, opener);
    });
  }

  function start() {
    if (rules()) document.querySelectorAll("input[data-gdc-date]").forEach(enhance);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
