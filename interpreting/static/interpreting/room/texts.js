/* The reader's own language: words from the page's JSON block, and saying them aloud.

   `t` never fails: an unknown key shows itself. `say` writes into the page's log, which screen
   readers read; the line leaves the screen after a while and stays nowhere. */

const block = document.getElementById("room-texts");
const texts = block ? JSON.parse(block.textContent) : {};
const STAYS = 7000; // milliseconds a line stays on the screen

/* Values are isolated (U+2068 … U+2069): a Japanese name keeps its order in a right-to-left line.
   {desk} and {phone} are the same on the whole page. */
const usual = () => { const { desk = "", phone = "" } = document.getElementById("room")?.dataset || {}; return { desk, phone }; };

export function t(key, given = {}) {
  const values = { ...usual(), ...given };
  return String(texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? `\u2068${values[name]}\u2069` : whole));
}

export function say(text, tone = "") {
  const log = document.getElementById("room-log");
  if (!log || !text) return;
  const line = document.createElement("li");
  line.className = `room-log__line ${tone && `room-log__line--${tone}`}`;
  line.textContent = text;
  log.append(line);
  while (log.children.length > 3) log.firstElementChild.remove();
  setTimeout(() => line.remove(), STAYS);
}

const SVG = "http://www.w3.org/2000/svg";

/* A symbol of one of the page's two sprites; decorative, the words stand beside it. */
export function symbol(name, sheet = "controls") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  const room = document.getElementById("room");
  use.setAttribute("href", `${sheet === "signs" ? room.dataset.signs : room.dataset.controls}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/* One or all elements that carry a data attribute: find("mic") is [data-mic]. */
export const find = (name, within = document) => within.querySelector(`[data-${name}]`);
export const all = (name, within = document) => [...within.querySelectorAll(`[data-${name}]`)];

/* How a seat is called: the server says it in the language of this page's seat. */
export const nameOf = ({ role, label }) => label || t(`role_${role}`);
