/* The desk's side: who waits at the door, and the panel with its forms.

   The panel is fetched again whenever the room has changed. Its forms are sent without leaving the
   page, because leaving would drop the desk out of the call; without this module they are ordinary
   forms. An answer that is a page (invitation, code) opens in a dialog. */

import { chime } from "./levels.js";
import { all, find, nameOf, say } from "./texts.js";

export class Desk {
  constructor(room) {
    Object.assign(this, { room, waiting: new Set() });
    this.panel = document.getElementById("room-panel-content");
    this.sheet = document.getElementById("room-panel");
    this.dialog = document.getElementById("desk-dialog");
    document.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("click", (event) => { if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close(); });
    setInterval(() => this.refresh(), 20_000);
  }

  follow({ seats = [] }) {
    this.refresh();
    const now = seats.filter((one) => one.state === "waiting");
    if (now.some((one) => !this.waiting.has(one.seat))) this.knocked();
    if (this.room.entered && this.room.me.state === "admitted") this.begin();
    this.waiting = new Set(now.map((one) => one.seat));
    this.knock(now);
    for (const count of all("waiting-count")) { count.textContent = now.length; count.hidden = !now.length; }
  }

  /* The QR code has done its work; what lies over the bar with the button to let somebody in closes. */
  knocked() {
    chime(659, 880);
    say(find("knock-text", document).dataset.words, "warn");
    if (this.dialog.open && this.dialog.querySelector(".room-invitation")) this.dialog.close();
    this.open(false);
  }

  /* On a tablet the panel lies below the picture: it opens once, while there is a first step in it. */
  begin() {
    if (this.begun) return;
    this.begun = true;
    if (this.panel.querySelector(".room-first")) this.open(true);
  }

  open(on = !this.sheet.classList.contains("is-open")) {
    this.sheet.classList.toggle("is-open", on);
    find('do="people"')?.setAttribute("aria-expanded", String(on));
  }

  /* One bar above the room with a button for each person at the door. */
  knock(seats) {
    const bar = find("knock", document);
    const copies = seats.map((seat) => {
      const form = document.getElementById("knock-form").content.cloneNode(true).querySelector("form");
      form.action = form.dataset.action.replace("/0/", `/${seat.seat}/`);
      find("who", form).textContent = nameOf(seat);
      const asks = seat.role === "observer"; // the resident was promised that all are asked
      find("agreed", form).hidden = !asks;
      form.elements.agreed.required = asks;
      return form;
    });
    if (seats.map((one) => one.seat).join() === bar.dataset.seats) return;
    bar.dataset.seats = seats.map((one) => one.seat).join();
    find("knock-forms", bar).replaceChildren(...copies);
    bar.hidden = !seats.length;
  }

  async submit(event) {
    const form = event.target;
    if (!form.matches("[data-desk-form]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.confirm && !form.dataset.sure) { this.ask(form, event.submitter); return; }
    const button = event.submitter;
    button?.setAttribute("aria-disabled", "true");
    try {
      const body = new FormData(form, button);
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
      await this.answered(answer, form);
    } catch { say(find("knock", document).dataset.failed, "warn"); }
    button?.removeAttribute("aria-disabled");
    delete form.dataset.sure;
    if (form.querySelector("input:focus")) button?.focus(); // what was typed is done with
    this.refresh();
  }

  /* A refusal says why; a page opens in the dialog; anything else shows in the panel. */
  async answered(answer, form) {
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html").querySelector("[data-desk-page]");
    if (!answer.ok && !page) {
      let words = text;
      try { words = JSON.parse(text).error || text; } catch { /* plain text */ }
      say(words.length < 300 && !words.includes("<") ? words : find("knock", document).dataset.failed, "warn");
    } else if (page) this.show(page);
    else if (this.dialog.contains(form)) this.dialog.close();
  }

  show(content) {
    find("dialog-body", this.dialog).replaceChildren(content);
    if (!this.dialog.open) this.dialog.showModal();
  }

  ask(form, submitter) {
    const dialog = document.getElementById("sure-dialog");
    find("sure-text", dialog).textContent = form.dataset.confirm;
    find("sure", dialog).textContent = submitter?.textContent.trim() || "はい";
    dialog.onclose = () => { if (dialog.returnValue === "yes") { form.dataset.sure = "1"; form.requestSubmit(submitter); } };
    dialog.returnValue = "";
    dialog.showModal();
  }

  async refresh() {
    if (!this.panel || this.fetching) return;
    this.fetching = true;
    try {
      const answer = await fetch(this.panel.dataset.url, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
      if (answer.ok && !answer.redirected) this.swap(await answer.text());
    } catch { /* the next change or the next poll brings it */ } finally { this.fetching = false; }
  }

  swap(html) {
    if (html === this.html || this.panel.querySelector("input:focus")) return; // nobody's typing is lost
    this.html = html;
    const active = document.activeElement?.id;
    const opened = [...this.panel.querySelectorAll("details[open][id]")].map((one) => one.id);
    const template = document.createElement("template");
    template.innerHTML = html;
    this.panel.replaceChildren(template.content);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (active && document.activeElement?.id !== active && this.panel.querySelector(`#${CSS.escape(active)}`)) document.getElementById(active).focus();
  }
}
