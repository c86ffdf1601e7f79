/* Suggestions while typing, on a plain text input that also works alone.

   <input data-combobox data-url="/languages/suggest/" data-target="id_language_tag" list="…">
   Asks data-url?q=… for {"results": [{"value", "label", "hint"}]} (or a bare list). Choosing puts
   the label into the input, the value into the hidden field data-target (if any; cleared when
   typing goes on), and fires "change" on both and "combobox:chosen" with the entry. */

const DELAY = 120;
let counter = 0;

class Combobox {
  constructor(input) {
    this.input = input;
    this.id = `combobox-${++counter}`;
    this.target = input.dataset.target ? document.getElementById(input.dataset.target) : null;
    this.options = [];
    this.index = -1;
    this.list = Object.assign(document.createElement("ul"), { id: this.id, className: "combobox__list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.listLabel || input.labels?.[0]?.firstChild?.textContent?.trim() || "候補");
    this.status = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.status.setAttribute("role", "status");
    const box = Object.assign(document.createElement("div"), { className: "combobox" });
    const focused = document.activeElement === input;
    input.replaceWith(box);
    box.append(input, this.list, this.status);
    if (focused) input.focus();
    input.removeAttribute("list");
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id, autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    input.addEventListener("focus", () => { if (input.dataset.openOnFocus !== undefined) this.ask(); });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(Number(item.dataset.index));
    });
  }

  typed() {
    if (this.target && this.target.value) { this.target.value = ""; this.fire(this.target); }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  async ask() {
    const query = this.input.value.trim();
    if (!query && this.input.dataset.openOnFocus === undefined) return this.close();
    this.request?.abort();
    const request = this.request = new AbortController();
    const url = new URL(this.input.dataset.url, location.href);
    url.searchParams.set("q", query);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: request.signal });
      if (!answer.ok) return this.close();
      const body = await answer.json();
      if (document.activeElement === this.input) this.show(Array.isArray(body) ? body : body.results || []);
    } catch (error) { if (error.name !== "AbortError") this.close(); }
  }

  show(options) {
    this.options = options;
    this.list.replaceChildren(...options.map((option, index) => {
      const item = Object.assign(document.createElement("li"), { id: `${this.id}-${index}`, className: "combobox__option" });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.index = index;
      item.append(Object.assign(document.createElement("span"), { textContent: option.label }));
      if (option.hint) item.append(Object.assign(document.createElement("span"), { textContent: option.hint, className: "combobox__hint" }));
      return item;
    }));
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.status.textContent = document.documentElement.lang === "en" ? `${options.length} suggestions` : `候補 ${options.length}件`;
    this.mark(options.length && this.input.value.trim() ? 0 : -1);
  }

  mark(index) {
    this.index = index;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.id}-${index}`);
  }

  key(event) {
    if (event.isComposing) return; // Enter confirms kana first
    const open = !this.list.hidden;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (!open) this.ask();
      else this.mark((this.index + steps[event.key] + this.options.length) % this.options.length);
    } else if (open && event.key === "Enter" && this.index >= 0) { event.preventDefault(); this.choose(this.index); }
    else if (open && event.key === "Tab" && this.index >= 0 && this.target && !this.target.value) this.choose(this.index);
    else if (open && event.key === "Escape") { event.stopPropagation(); this.close(); }
  }

  choose(index) {
    const option = this.options[index];
    this.input.value = option.label;
    if (this.target) { this.target.value = option.value; this.fire(this.target); }
    this.close();
    this.fire(this.input);
    this.input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: option }));
  }

  fire(element) { element.dispatchEvent(new Event("change", { bubbles: true })); }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }
}

function start() {
  for (const input of document.querySelectorAll("input[data-combobox]:not([role=combobox])")) new Combobox(input);
}
for (const event of ["htmx:load", "live:swapped"]) document.addEventListener(event, start);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
