/* Forms lose nothing and send once. Everything is delegated, so new forms need no set-up.

   every form          a second press while the first is on its way is ignored (10 s at most)
   form[data-unsaved]  leaving with changes asks first
   form[data-draft=k]  what is typed is kept in this tab under k until the server has shown a page
                       without the form (or with [data-draft-done=k]); passwords and files never
   .phone form         the same without being asked, but only across a reload or «back» of the same
                       page: an update or a telephone short of memory loses nothing; codes never
   [data-sign-out]     forgets all drafts · dialogs: [data-open=id], [data-close] */

const PREFIX = "tsunagi.draft.";
const BUSY = 10_000;
const store = (() => { try { return window.sessionStorage; } catch { return null; } })();
const skip = (field) => !field.name || ["password", "file", "hidden", "submit", "button"].includes(field.type) || field.autocomplete === "one-time-code";

function values(form) {
  const kept = {};
  for (const field of form.elements) {
    if (skip(field)) continue;
    const several = kept[field.name] ??= [];
    if (field.type === "checkbox" || field.type === "radio") { if (field.checked) several.push(field.value); }
    else if (field.localName === "select") several.push(...[...field.selectedOptions].map((one) => one.value));
    else several.push(field.value);
  }
  return kept;
}

function fill(form, kept) {
  const left = structuredClone(kept);
  for (const field of form.elements) {
    if (skip(field) || !(field.name in left)) continue;
    const several = left[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = several.includes(field.value);
    else if (field.localName === "select") for (const one of field.options) one.selected = several.includes(one.value);
    else if (several.length) field.value = several.shift();
  }
}

function read(key) {
  try { return JSON.parse(store?.getItem(PREFIX + key) || "null"); } catch { return null; }
}
function write(key, draft) {
  try { store?.setItem(PREFIX + key, JSON.stringify(draft)); } catch { /* full or forbidden: typing goes on */ }
}
function forget(key) { store?.removeItem(PREFIX + key); }
function drafts() {
  return store ? Object.keys(store).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)) : [];
}

/* Forms of telephones' pages have a draft each, named by the page and their place on it. */
const TYPED = "textarea, input:not([type]), input[type=text], input[type=tel], input[type=email], input[type=number], input[type=date], input[type=time], input[type=search]";
function nameForms() {
  const type = performance.getEntriesByType("navigation")[0]?.type;
  for (const [n, form] of [...document.querySelectorAll(".phone form[method=post]:not([data-draft])")].entries()) {
    if (form.querySelector("[autocomplete=one-time-code]") || !form.querySelector(TYPED)) continue;
    form.dataset.draft = `page:${location.pathname}#${n}`;
    if (type === "navigate") forget(form.dataset.draft);
  }
}

function restore() {
  nameForms();
  for (const done of document.querySelectorAll("[data-draft-done]")) forget(done.dataset.draftDone);
  for (const key of drafts()) {
    const form = document.querySelector(`form[data-draft="${CSS.escape(key)}"]`);
    const sent = read(key)?.sent;
    if (!form && sent && !document.body.hasAttribute("data-error-page")) forget(key);
  }
  for (const form of document.querySelectorAll("form[data-draft]:not([data-draft-ready])")) {
    form.dataset.draftReady = "";
    const draft = read(form.dataset.draft);
    // a form that came back with errors already holds what was sent
    if (!draft || form.querySelector("[aria-invalid=true]") || document.querySelector("[data-error-summary]")) continue;
    if (JSON.stringify(draft.values) === JSON.stringify(values(form))) continue;
    fill(form, draft.values);
    form.dataset.changed = "";
    const note = form.querySelector("[data-draft-note]");
    if (note) note.hidden = false;
  }
}

function changed(event) {
  const form = event.target.form;
  if (!form || form.method === "get") return;
  form.dataset.changed = "";
  if (form.dataset.draft) write(form.dataset.draft, { values: values(form) });
}

function release(form) {
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
}

function submit(event) {
  const form = event.target;
  if (form.method === "get" || form.method === "dialog") return;
  if (form.dataset.sending !== undefined) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (event.defaultPrevented && !form.closest("[hx-post], [hx-put], [hx-delete], [hx-patch]")) return;
  form.dataset.sending = "";
  form.setAttribute("aria-busy", "true");
  delete form.dataset.changed;
  setTimeout(() => release(form), BUSY);
  if (form.dataset.draft) write(form.dataset.draft, { values: values(form), sent: true });
  if (form.hasAttribute("data-sign-out")) drafts().forEach(forget);
}

function click(event) {
  const discard = event.target.closest?.("[data-draft-discard]");
  if (discard) { const { form } = discard; forget(form.dataset.draft); delete form.dataset.changed; form.reset(); form.querySelector("[data-draft-note]").hidden = true; }
  const opener = event.target.closest?.("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  event.target.closest?.("[data-close]")?.closest("dialog")?.close();
}

document.addEventListener("input", changed);
document.addEventListener("change", changed);
document.addEventListener("submit", submit, true);
document.addEventListener("click", click);
document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest?.("form"); if (form) release(form); });
document.addEventListener("htmx:load", restore);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-unsaved][data-changed]")) event.preventDefault(); });
/* What was typed before this script came over a slow line counts like what is typed after. */
function early() {
  for (const field of document.querySelectorAll(TYPED)) if (field.value !== field.defaultValue && field.form?.dataset.changed === undefined) changed({ target: field });
}
function start() { restore(); early(); document.querySelector("[data-error-summary]")?.focus(); }
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
