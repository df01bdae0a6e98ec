/* The resources of a record: their order, several new ones at once, and the file or address in
 * the form of one. Without this script the same forms are sent to the server as they are.
 */
(function () {
  "use strict";

  /* ---- What both pages need ---- */

  function filled(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));
  }

  /* A number of bytes in words, as the server's own pages have it. */
  function sized(bytes, texts) {
    let step = 0;
    while (bytes >= 1024 && step < texts.sizes.length - 1) {
      bytes /= 1024;
      step += 1;
    }
    const number = (step ? Math.ceil(bytes * 10) / 10 : bytes).toLocaleString("en");
    return texts.sizes[step].replace(/\{\w+\}/, number);
  }

  const csrfName = () => document.querySelector("meta[name=csrf_field_name]").content;
  const csrfMeta = (page) => page.querySelector(`meta[name="${csrfName()}"]`);

  /* A login in another window gives a new token: take it from this page as it is now. */
  async function renewToken() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = csrfMeta(page).content;
      csrfMeta(document).content = token;
      document.getElementsByName(csrfName()).forEach((input) => {
        if (input.tagName === "INPUT") input.value = token;
      });
    } catch {
      // The second try will fail, and say so.
    }
  }

  /* Status 0: no answer. `body` makes what is sent, so that it can be made again. */
  function sendOnce(address, body, headers, progress) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      request.setRequestHeader("X-CSRFToken", csrfMeta(document).content);
      if (progress) {
        request.upload.addEventListener("progress", (event) => {
          if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
        });
      }
      request.addEventListener("loadend", () => {
        let said = null;
        try {
          said = JSON.parse(request.responseText);
        } catch {
          // A page.
        }
        resolve({
          status: request.status, text: request.responseText, goTo: request.getResponseHeader("X-GDC-Location"),
          said: said && typeof said === "object" ? said : null,
        });
      });
      request.send(body());
    });
  }

  async function send(address, body, headers, progress) {
    const answer = await sendOnce(address, body, headers, progress);
    if (answer.status !== 400 || answer.said) return answer;
    await renewToken();
    return sendOnce(address, body, headers, progress);
  }

  /* Why it failed, as far as that is not about a field. */
  function failure(answer, texts) {
    if (answer.status === 0 || answer.status === 502 || answer.status === 503 || answer.status === 504) {
      return texts.offline;
    }
    if (answer.status === 413) return texts.refused;
    return [401, 403, 404].includes(answer.status) ? texts.ended : texts.failed;
  }

  function showProgress(bar, percent) {
    bar.setAttribute("aria-valuenow", percent);
    bar.firstElementChild.style.width = `${percent}%`;
  }

  function bareName(fileName) {
    return fileName.replace(/(.)\.[^.]*$/, "$1");
  }

  /* ---- The page of a record's resources ---- */

  function startPage(page) {
    const texts = JSON.parse(page.dataset.gdcTexts);
    const labels = JSON.parse(page.dataset.gdcLabels);
    const formats = JSON.parse(page.dataset.gdcFormats);
    const largest = Number(page.dataset.gdcLargest);
    const find = (name) => page.querySelector(`[data-gdc-${name}]`);
    const list = find("order");
    const said = find("said");
    const failed = find("failed");
    const { items, showEnds, restore } = window.gdcOrder(list, moved);
    const ids = () => items().map((item) => item.dataset.id);
    let saved = ids();
    // What is written in the record is written one after the other.
    let queue = Promise.resolve();

    function inTurn(work) {
      queue = queue.then(work);
      return queue;
    }

    /* All messages of a refusal, by label; at least one. */
    function messages(answer) {
      if (!answer.said || !answer.said.error || answer.status !== 409) return [failure(answer, texts)];
      const found = [];
      const collect = (value, label) => {
        if (typeof value === "string") {
          const named = !label || value.includes(label);
          found.push(named ? value : filled(texts.labelled, { label, message: value }));
        } else if (value && typeof value === "object") {
          Object.entries(value).forEach(([name, one]) => {
            if (!name.startsWith("__")) collect(one, Array.isArray(value) ? label : labels[name] || label);
          });
        }
      };
      collect(answer.said.error, "");
      return found.length ? Array.from(new Set(found)) : [texts.elsewhere];
    }

    /* -- The order -- */

    function showHelp() {
      find("none").hidden = items().length > 0;
      find("order-help").hidden = items().length < 2;
    }

    async function saveOrder() {
      const wanted = ids();
      if (wanted.join() === saved.join()) return;
      const body = () => JSON.stringify({ id: page.dataset.gdcResources, order: wanted, seen: saved });
      const answer = await send(page.dataset.gdcReorder, body, { "Content-Type": "application/json" });
      if (answer.said && answer.said.success) {
        saved = wanted;
        if (ids().join() === saved.join()) said.textContent += ` ${texts.orderSaved}`;
        return;
      }
      restore(saved.map((id) => items().find((item) => item.dataset.id === id)));
      said.textContent = "";
      failed.textContent = `${texts.orderFailed} ${messages(answer).join(" ")}`;
    }

    function moved(item) {
      failed.textContent = "";
      said.textContent = filled(texts.place, {
        name: item.dataset.name, place: items().indexOf(item) + 1, count: items().length,
      });
      inTurn(saveOrder);
    }

    function facts(place, written) {
      place.replaceChildren(...written.filter(Boolean).map((one) => {
        const span = document.createElement("span");
        span.textContent = one;
        return span;
      }));
    }

    /* A resource that was saved joins the list. */
    function append(resource, row) {
      const item = find("item").content.firstElementChild.cloneNode(true);
      const { name } = resource;
      const where = row.file ? resource.url.split("/").pop() : resource.url;
      Object.assign(item.dataset, { id: resource.id, name, where: row.file ? row.file.name : where });
      item.classList.add("gdc-new");
      item.querySelector("[data-gdc-name]").textContent = name;
      facts(item.querySelector("[data-gdc-facts]"), [
        resource.format, row.file && sized(row.file.size, texts), where,
      ]);
      const describe = item.querySelector("[data-gdc-describe]");
      describe.href = page.dataset.gdcEdit.replace("RESOURCE", resource.id);
      describe.setAttribute("aria-label", filled(texts.describe, { name }));
      item.querySelectorAll("[data-gdc-move]").forEach((button) => {
        const up = button.dataset.gdcMove === "-1";
        button.value = `${up ? "up" : "down"}:${resource.id}`;
        button.setAttribute("aria-label", filled(up ? texts.up : texts.down, { name }));
      });
      list.append(item);
      saved.push(resource.id);
      showEnds();
      showHelp();
    }

    /* -- Several at once -- */

    const form = find("several");
    const adding = find("adding-said");
    const rowList = find("rows");
    const chooser = form.querySelector("input[type=file]");
    const addresses = form.querySelector("textarea");
    const saveAll = form.querySelector("button[value=add]");
    const drop = find("drop");
    let rows = [];
    let number = 0;

    function setState(row, state, words, wrong) {
      row.state = state;
      row.li.dataset.state = state;
      row.li.querySelector("[data-gdc-state]").textContent = words;
      row.li.querySelector("[data-gdc-wrong]").textContent = wrong || "";
      row.bar.hidden = state !== "sending" || !row.file;
      const busy = state === "sending" || state === "waiting";
      row.input.readOnly = busy;
      row.li.querySelector("[data-gdc-send]").hidden = busy || row.tooLarge;
      row.li.querySelector("[data-gdc-remove]").hidden = busy;
      if (wrong) row.input.setAttribute("aria-invalid", "true");
      else row.input.removeAttribute("aria-invalid");
    }

    /* Add what is not in the list yet; what is there already is said. */
    function add(what) {
      const written = what.file ? what.file.name : what.url;
      const key = what.file ? [written, what.file.size, what.file.lastModified].join("|") : written;
      if (rows.some((row) => row.key === key)) return filled(texts.twice, { name: written });
      const li = find("row").content.firstElementChild.cloneNode(true);
      const row = {
        ...what, key, written, li, input: li.querySelector("input"), bar: li.querySelector("[role=progressbar]"),
        tooLarge: Boolean(what.file) && what.file.size > largest,
      };
      const path = what.file ? written : new URL(written).pathname;
      const ending = /\.([^./]+)$/.exec(path);
      row.format = ending ? formats[ending[1].toLowerCase()] || "" : "";
      number += 1;
      row.input.id = `gdc-row-${number}`;
      li.querySelector("label").htmlFor = row.input.id;
      const wrong = li.querySelector("[data-gdc-wrong]");
      const note = li.querySelector("[data-gdc-note]");
      wrong.id = `${row.input.id}-wrong`;
      note.id = `${row.input.id}-note`;
      row.input.setAttribute("aria-describedby", `${note.id} ${wrong.id}`);
      li.firstElementChild.setAttribute("aria-label", filled(texts.row, { name: written }));
      li.querySelector("[data-gdc-what]").textContent = written;
      facts(li.querySelector("[data-gdc-facts]"), [
        row.format || texts.unknown, row.file && sized(row.file.size, texts),
      ]);
      row.input.value = nameOf(what, path);
      if (items().some((item) => item.dataset.where === written)) note.textContent = texts.there;
      if (row.tooLarge) {
        setState(row, "wrong", texts.wrong, filled(texts.tooLarge, {
          size: sized(row.file.size, texts), most: sized(largest, texts),
        }));
      } else setState(row, "ready", texts.ready);
      li.querySelector("[data-gdc-remove]").addEventListener("click", () => {
        takeOff(row);
        adding.textContent = filled(texts.removed, { name: written });
      });
      li.querySelector("[data-gdc-send]").addEventListener("click", () => save([row]));
      row.input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        if (!row.input.readOnly && !row.tooLarge) save([row]);
      });
      rows.push(row);
      rowList.append(li);
      return "";
    }

    function nameOf(what, path) {
      if (what.file) return bareName(what.file.name);
      let last = path.replace(/\/+$/, "").split("/").pop();
      try {
        last = decodeURIComponent(last);
      } catch {
        // Percent signs that encode nothing: the name stays as it is written.
      }
      return bareName(last) || new URL(what.url).hostname;
    }

    function addAll(whats) {
      const before = rows.length;
      const told = whats.map(add).filter(Boolean);
      if (rows.length > before) told.unshift(filled(texts.listed, { count: rows.length - before }));
      return told;
    }

    function isAddress(line) {
      return /^(?:https?|ftps?):\/\/[^\s/$.?#]\S*$/i.test(line) && URL.canParse(line);
    }

    function listAddresses() {
      const lines = addresses.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const wrong = lines.filter((line) => !isAddress(line));
      const told = addAll(lines.filter(isAddress).map((url) => ({ url })));
      addresses.value = wrong.join("\n");
      addresses.toggleAttribute("aria-invalid", wrong.length > 0);
      return told.concat(wrong.map((name) => filled(texts.noAddress, { name })));
    }

    function takeOff(row) {
      const at = rows.indexOf(row);
      const hadFocus = row.li.contains(document.activeElement);
      rows = rows.filter((one) => one !== row);
      row.li.remove();
      const next = rows[at] || rows[at - 1];
      if (hadFocus) (next ? next.input : saveAll).focus();
    }

    async function sendRow(row) {
      if (!rows.includes(row)) return;
      setState(row, "sending", row.file ? filled(texts.sending, { percent: "0%" }) : texts.saving);
      const body = () => {
        const data = new FormData();
        const parts = { package_id: page.dataset.gdcResources, name: row.input.value, format: row.format };
        Object.entries(parts).forEach(([name, value]) => data.append(name, value));
        if (row.file) data.append("upload", row.file);
        else Object.entries({ url: row.url, url_type: "" }).forEach((part) => data.append(...part));
        return data;
      };
      const answer = await send(page.dataset.gdcCreate, body, {}, (percent) => {
        showProgress(row.bar, percent);
        row.li.querySelector("[data-gdc-state]").textContent = (
          percent < 100 && row.file ? filled(texts.sending, { percent: `${percent}%` }) : texts.saving
        );
      });
      if (answer.said && answer.said.success) {
        append(answer.said.result, row);
        takeOff(row);
        adding.textContent = filled(texts.saved, { name: answer.said.result.name });
        return;
      }
      setState(row, "wrong", texts.wrong, messages(answer).join(" "));
    }

    async function save(chosen) {
      const sendable = chosen.filter((row) => !row.tooLarge && !["waiting", "sending"].includes(row.state));
      sendable.forEach((row) => setState(row, "waiting", texts.waiting));
      for (const row of sendable) await inTurn(() => sendRow(row));
      const left = rows.filter((row) => chosen.includes(row));
      adding.textContent = filled(texts.done, { saved: chosen.length - left.length, left: left.length });
      if (left.length && document.activeElement === saveAll) left[0].input.focus();
    }

    if (chooser) {
      chooser.addEventListener("change", () => {
        adding.textContent = addAll(Array.from(chooser.files, (file) => ({ file }))).join(" ");
        chooser.value = "";
      });
      find("drop-help").hidden = false;
      ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        drop.classList.add("gdc-over-it");
      }));
      ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => {
        drop.classList.remove("gdc-over-it");
      }));
      drop.addEventListener("drop", (event) => {
        event.preventDefault();
        adding.textContent = addAll(Array.from(event.dataTransfer.files, (file) => ({ file }))).join(" ");
      });
    }
    find("list").hidden = false;
    find("list").addEventListener("click", () => {
      adding.textContent = listAddresses().join(" ") || texts.nothing;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const told = listAddresses();
      adding.textContent = told.join(" ");
      if (rows.length) save(rows.slice());
      else if (!told.length) adding.textContent = texts.nothing;
    });
    window.addEventListener("beforeunload", (event) => {
      if (rows.length || addresses.value.trim()) event.preventDefault();
    });
    page.querySelectorAll("[data-gdc-handle]").forEach((handle) => { handle.hidden = false; });
    showEnds();
    showHelp();
  }

  /* ---- The file or address in the form of a resource ---- */

  function startUpload(box) {
    const texts = JSON.parse(box.dataset.gdcTexts);
    const form = box.closest("form");
    const chooser = box.querySelector("input[type=file]");
    if (!chooser) return;
    const radios = Array.from(box.querySelectorAll("[data-gdc-way]"));
    const address = box.querySelector("[name=url]");
    const stored = address.dataset.gdcStored;
    const wrong = box.querySelector("[data-gdc-upload-wrong]");
    const sending = box.querySelector("[data-gdc-sending]");
    const sendingSaid = box.querySelector("[data-gdc-sending-said]");
    const failed = box.querySelector("[data-gdc-send-failed]");
    const name = form.querySelector("#field-name");
    let way = "";
    let drafted = "";
    let busy = false;

    function choose(chosen) {
      way = chosen;
      radios.forEach((radio) => { radio.checked = radio.dataset.gdcWay === way; });
      box.querySelectorAll("[data-gdc-way-of]").forEach((part) => {
        part.hidden = part.dataset.gdcWayOf !== way;
      });
      if (way === "address" && address.value === stored) address.value = "";
    }

    function tooLarge() {
      const file = way === "file" && chooser.files[0];
      const over = file && file.size > Number(box.dataset.gdcLargest);
      wrong.textContent = over ? filled(texts.tooLarge, {
        name: file.name, size: sized(file.size, texts), most: sized(Number(box.dataset.gdcLargest), texts),
      }) : "";
      chooser.toggleAttribute("aria-invalid", Boolean(over));
      return over;
    }

    radios.forEach((radio) => radio.addEventListener("change", () => choose(radio.dataset.gdcWay)));
    ["input", "change"].forEach((type) => address.addEventListener(type, () => {
      if (way !== "address" && address.value && address.value !== stored) choose("address");
    }));
    chooser.addEventListener("change", () => {
      tooLarge();
      const [file] = chooser.files;
      if (!file || !name || (name.value && name.value !== drafted)) return;
      drafted = bareName(file.name);
      name.value = drafted;
      name.dispatchEvent(new Event("input", { bubbles: true }));
    });
    // What is chosen counts, whatever stands in the other inputs.
    form.addEventListener("formdata", ({ formData }) => {
      const keeps = stored && (way === "keep" || (way === "file" && !chooser.files.length));
      const sends = way === "file" && chooser.files.length;
      formData.set("url_type", keeps || sends ? "upload" : "");
      if (keeps || sends) formData.set("url", stored);
      else if (way === "file") formData.set("url", "");
      if (way !== "file") formData.delete("upload");
      if (stored && way === "address") formData.set("clear_upload", "true");
    });
    choose(box.dataset.gdcChosen || "file");

    function again(message) {
      busy = false;
      sending.hidden = true;
      failed.textContent = message;
      // CKAN's own script has disabled them, and no longer asks before the page is left.
      form.querySelectorAll("button[name=save]").forEach((button) => { button.disabled = false; });
      name.dispatchEvent(new Event("change", { bubbles: true }));
      if (message) failed.focus();
    }

    function withButton(submitter) {
      const data = new FormData(form);
      data.append(submitter.name, submitter.value);
      data.set(csrfName(), csrfMeta(document).content);
      return data;
    }

    async function sendForm(submitter) {
      const [file] = chooser.files;
      busy = true;
      failed.textContent = "";
      sending.hidden = false;
      const bar = sending.querySelector("[role=progressbar]");
      const answer = await send(form.action, () => withButton(submitter), { "X-GDC-Form": "1" }, (percent) => {
        showProgress(bar, percent);
        // Said at every quarter only: a reader of the screen hears each change.
        const step = percent - (percent % 25);
        const words = percent < 100 ? filled(texts.sending, { name: file.name, percent: `${step}%` }) : texts.saving;
        if (sendingSaid.textContent !== words) sendingSaid.textContent = words;
      });
      if (answer.status === 200 && answer.goTo) {
        if (new URL(answer.goTo, location.href).pathname.endsWith("/user/login")) again(texts.ended);
        else {
          // Sent (see drafts.js): leaving asks nobody.
          form.dispatchEvent(new Event("gdc-sending"));
          location.assign(answer.goTo);
        }
      } else if (answer.status === 200) {
        // Refused: nothing was saved. Sent once more as an ordinary form, whose answer the
        // browser shows as a page of its own.
        sendingSaid.textContent = texts.correction;
        const pressed = document.createElement("input");
        Object.assign(pressed, { type: "hidden", name: submitter.name, value: submitter.value });
        form.append(pressed);
        form.dispatchEvent(new Event("gdc-sending"));
        HTMLFormElement.prototype.submit.call(form);
      } else again(failure(answer, texts));
    }

    // After all others who may stop the form.
    window.addEventListener("submit", (event) => {
      if (event.target !== form || event.defaultPrevented) return;
      if (way !== "file" || !chooser.files.length) return;
      event.preventDefault();
      if (busy) return;
      if (tooLarge()) {
        setTimeout(() => {
          again("");
          chooser.focus();
        }, 0);
        return;
      }
      sendForm(event.submitter || form.querySelector("button[name=save]:not([value=go-dataset])"));
    });
  }

  function start() {
    document.querySelectorAll("[data-gdc-resources]").forEach(startPage);
    document.querySelectorAll("[data-gdc-upload]").forEach(startUpload);
    const told = document.querySelector("[data-gdc-focus]");
    if (told) told.focus();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
