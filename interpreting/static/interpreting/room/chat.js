/* Typed words for noisy places and for people who do not hear. Shown, never kept.

   The letters can be made larger; what is written is text, never markup. */

import { all, find, say, t } from "./texts.js";

const MOST = 300; // lines; nobody fills another's memory
const SIZES = ["1rem", "1.25rem", "1.6rem", "2.1rem", "2.75rem"];

export class Chat {
  constructor(element, { send }) {
    Object.assign(this, { element, send, size: 1 });
    this.list = find("messages", element);
    this.input = element.querySelector("textarea");
    element.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); this.post(); });
    this.input.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.post(); } });
    this.letters(0);
  }

  post() {
    const text = this.input.value.trim().slice(0, 500);
    if (!text || this.send({ type: "chat", text }) === false) return;
    this.input.value = "";
    this.add(t("you"), text, true);
  }

  heard(name, text) {
    this.add(name, text, false);
    if (!this.element.hidden) return;
    say(t("chat_from", { who: name }));
    this.mark(true);
  }

  add(name, text, mine) {
    const line = document.createElement("li");
    line.className = `room-chat__line${mine ? " room-chat__line--mine" : ""}`;
    const who = Object.assign(document.createElement("span"), { className: "room-chat__who", textContent: name });
    const words = Object.assign(document.createElement("p"), { textContent: text, dir: "auto" });
    line.append(who, words);
    this.list.append(line);
    if (this.list.children.length > MOST) this.list.firstElementChild.remove();
    line.scrollIntoView({ block: "nearest" });
  }

  mark(on) { for (const badge of all("unread")) badge.hidden = !on; }

  toggle(open = this.element.hidden) {
    this.element.hidden = !open;
    if (open) { this.mark(false); this.input.focus(); }
    return open;
  }

  letters(by) {
    this.size = Math.min(SIZES.length - 1, Math.max(0, this.size + by));
    this.list.style.fontSize = this.input.style.fontSize = SIZES[this.size];
  }

  clear() { this.list.replaceChildren(); this.input.value = ""; }
}
