/* What is typed is kept in this browser until it is saved, and offered again: after a closed
 * tab, an expired login, a server that was down. The server says what it saved in a cookie
 * (record/drafts.py), so nothing is dropped on a guess.
 */
(function () {
  "use strict";

  const gdc = (window.gdc = window.gdc || {});
  const PREFIX = "gdc-draft:";
  const DAYS = 14;
  const SUBMITTED = "gdc-draft-submitted";
  const NOT_KEPT = ["_csrf_token", "save"];

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function setCookie(name, value, seconds) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  }

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function all() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ key, draft: read(key) }));
  }

  /* Drafts that the server has saved, and those that nobody came back for. */
  function sweep() {
    const saved = cookie("gdc_saved").split(".").filter(Boolean);
    if (saved.length) setCookie("gdc_saved", "", 0);
    const oldest = Date.now() - DAYS * 24 * 3600 * 1000;
    all().forEach(({ key, draft }) => {
      if (!draft || draft.time < oldest || saved.includes(draft.id)) localStorage.removeItem(key);
    });
    return saved;
  }

  /* The values of a form: name to list. Files cannot be kept: their names are. */
  function valuesOf(form) {
    const values = {};
    const files = [];
    new FormData(form).forEach((value, name) => {
      if (value instanceof File) {
        if (value.name) files.push(value.name);
      } else if (!NOT_KEPT.includes(name)) {
        (values[name] = values[name] || []).push(value);
      }
    });
    return { values, files };
  }

  function fill(form, values) {
    const adding = form.querySelector("[data-gdc-column-add]");
    const named = (name) => Array.from(form.elements).filter((one) => one.name === name);
    Object.entries(values).forEach(([name, kept]) => {
      // Rows of a data dictionary that the page does not have yet.
      for (let more = 0; adding && name.startsWith("data_dictionary__") && !named(name).length && more < 2000; more += 1) {
        adding.click();
      }
      const rest = kept.slice();
      named(name).forEach((control) => {
        if (["checkbox", "radio"].includes(control.type)) control.checked = kept.includes(control.value);
        else if (control.type !== "file" && rest.length) control.value = rest.shift();
      });
    });
    // What was unticked sends nothing, so nothing of it is kept.
    Array.from(form.elements)
      .filter((one) => one.type === "checkbox" && one.name && !(one.name in values))
      .forEach((one) => { one.checked = false; });
    Array.from(form.elements)
      .filter((one) => one.tagName === "SELECT" || ["checkbox", "radio"].includes(one.type))
      .forEach((one) => one.dispatchEvent(new Event("change", { bubbles: true })));
    form.querySelectorAll("textarea, input[type=text], input[type=email], input[type=url]")
      .forEach((one) => one.dispatchEvent(new Event("gdc-filled", { bubbles: true })));
  }

  /* Whether another tab has the form of this draft open. */
  async function isOpenElsewhere(id) {
    if (!navigator.locks) return false;
    const { held } = await navigator.locks.query();
    return held.some((lock) => lock.name === PREFIX + id);
  }

  gdc.drafts = (form, block) => {
    const user = block.dataset.gdcUser;
    let storage;
    try {
      storage = window.localStorage;
      storage.getItem(PREFIX);
    } catch {
      return;
    }
    if (!storage || !user) return;
    const saved = sweep();
    const place = `${PREFIX}${user}:${location.pathname.replace(/^\/(en|th)(?=\/)/, "")}:`;
    const isRefused = Boolean(document.querySelector("[data-gdc-errors]"));
    const submitted = sessionStorage.getItem(SUBMITTED) || "";
    sessionStorage.removeItem(SUBMITTED);
    const goesOn = isRefused && submitted.startsWith(place) && read(submitted);
    let id = goesOn ? goesOn.id : Math.random().toString(36).slice(2, 12);
    let sending = false;
    // How the form stands once every script of the page has set it up.
    let opened = null;
    const isDirty = () => opened !== null && JSON.stringify(valuesOf(form)) !== opened;

    const holding = (name) => navigator.locks
      && navigator.locks.request(PREFIX + name, () => new Promise(() => {}));
    holding(id);

    function keep() {
      const now = valuesOf(form);
      if (!isRefused && !isDirty()) return;
      const title = (form.elements.title || form.elements.name || {}).value || "";
      try {
        storage.setItem(place + id, JSON.stringify({ id, time: Date.now(), title, ...now }));
      } catch {
        // Full or forbidden: leaving still asks.
      }
    }

    let waiting;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 400);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("click", (event) => {
      if (event.target.closest("button[type=button]")) soon();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && !sending) keep();
    });
    form.addEventListener("gdc-sending", () => {
      clearTimeout(waiting);
      keep();
      sending = true;
      sessionStorage.setItem(SUBMITTED, place + id);
      setCookie("gdc_draft", id, 120);
      // The answer may never come: leaving asks again then.
      setTimeout(() => { sending = false; }, 20000);
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) sending = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (sending || (!isDirty() && !isRefused)) return;
      keep();
      event.preventDefault();
      event.returnValue = "";
    });
    gdc.isDirty = isDirty;

    const again = document.querySelector("[data-gdc-files-again]");
    function sayFiles(files) {
      if (!again || !files || !files.length) return;
      again.textContent = gdc.filled(again.dataset.gdcFilesAgain, { names: files.join(", ") });
      again.hidden = false;
    }
    if (goesOn) sayFiles(goesOn.files);
    setTimeout(() => {
      opened = JSON.stringify(valuesOf(form));
      if (!isRefused) offer();
    });

    async function offer() {
      const kept = all()
        .filter(({ key, draft }) => draft && key.startsWith(place) && !saved.includes(draft.id))
        .filter(({ draft }) => JSON.stringify({ values: draft.values, files: draft.files }) !== opened)
        .sort((one, two) => two.draft.time - one.draft.time);
      for (const { key, draft } of kept) {
        if (!(await isOpenElsewhere(draft.id))) {
          show(key, draft);
          return;
        }
      }
    }

    function show(key, draft) {
      const pattern = document.querySelector("[data-gdc-draft-pattern]");
      const status = document.querySelector("[data-gdc-said]");
      if (!pattern) return;
      const section = pattern.content.firstElementChild.cloneNode(true);
      const said = section.querySelector("[data-gdc-draft-said]");
      const lang = document.documentElement.lang || "th";
      said.textContent = gdc.filled(said.dataset.gdcDraftSaid, {
        // In Thai a browser counts years in the Buddhist Era.
        date: new Date(draft.time).toLocaleString(lang === "th" ? "th-TH-u-ca-buddhist" : "en-GB", { dateStyle: "long", timeStyle: "short" }),
        title: draft.title || said.dataset.gdcUntitled,
      });
      pattern.before(section);
      function end(text) {
        section.remove();
        status.textContent = text;
        const heading = form.querySelector("h1") || document.querySelector("h1");
        heading.tabIndex = -1;
        heading.focus();
      }
      section.querySelector("[data-gdc-draft-restore]").addEventListener("click", () => {
        fill(form, draft.values);
        storage.removeItem(key);
        id = draft.id;
        holding(id);
        keep();
        sayFiles(draft.files);
        end(status.dataset.gdcRestored);
      });
      section.querySelector("[data-gdc-draft-discard]").addEventListener("click", () => {
        storage.removeItem(key);
        end(status.dataset.gdcDiscarded);
        offer();
      });
    }
  };
})();
