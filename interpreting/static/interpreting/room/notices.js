/* What the page tells its reader: the line, the telephone, a cue, a paper, a break.

   Everything is in the reader's own language and also said to screen readers. Nothing stays. */

import { find, say, symbol, t } from "./texts.js";

const BREAK_EVERY = 30; // minutes
const REPORT_EVERY = 5; // looks; every ten seconds the server hears how the line is

export class Notices {
  constructor(room) {
    Object.assign(this, { room, reports: 0 });
    setInterval(() => this.tick(), 1000);
  }

  looked(seen, worst) {
    for (const [seat, one] of seen) this.room.stage.tiles.get(seat)?.show(one.connected ? { level: one.level } : {});
    const meter = find("quality", this.room.root);
    meter.dataset.level = worst.level ?? "";
    meter.setAttribute("aria-label", `${t("quality")}: ${worst.level === null ? "-" : worst.level + 1} / 5`);
    meter.title = meter.getAttribute("aria-label");
    this.room.root.dataset.relayed = worst.relayed;
    if (worst.level !== null && (this.reports += 1) % REPORT_EVERY === 1) this.room.socket.send({ type: "quality", ...worst });
  }

  line(open) {
    find("reconnecting", this.room.root).hidden = open;
    if (open && this.wasCut && this.room.step === "room") say(t("state_you_are_back"));
    this.wasCut = !open;
  }

  silence(long) {
    const offer = find("telephone", this.room.root);
    if (long && !this.offered) offer.hidden = false;
    if (!long && !offer.contains(document.activeElement) && !offer.dataset.calling && offer.dataset.asked === undefined) offer.hidden = true;
    this.offered = long;
  }

  cue(name) {
    this.room.socket.send({ type: "button", name });
    this.showCue(this.room.me.seat, name);
  }

  /* Everybody reads it in their own language, beside a sign that needs none. */
  showCue(from, name) {
    const box = find("cue", this.room.root);
    const own = from === this.room.me.seat;
    const words = t(`said_${name}`, { who: own ? t("you") : this.room.calls.name(from) });
    box.replaceChildren(symbol(name, "signs"), Object.assign(document.createElement("span"), { textContent: words }));
    Object.assign(box.dataset, { cue: name, own });
    box.hidden = false;
    clearTimeout(this.cueing);
    this.cueing = setTimeout(() => { box.hidden = true; }, own ? 3000 : 8000);
  }

  showing(shown) {
    this.room.root.dataset.document = shown?.kind || "";
    find("document-title", this.room.root).textContent = shown ? t("showing", { who: shown.from === this.room.me.seat ? t("you") : this.room.calls.name(shown.from) }) : "";
    say(shown ? (shown.from === this.room.me.seat ? "" : t("showing", { who: this.room.calls.name(shown.from) })) : t("document_gone"));
  }

  tick() {
    if (this.room.step !== "room" || !this.room.last) return;
    const minutes = (this.room.last.minutes || 0) + Math.floor((performance.now() - this.room.lastAt) / 60_000);
    find("minutes", this.room.root).textContent = this.room.last.started_at ? `${minutes}′` : "";
    this.breaks ??= Math.floor(minutes / BREAK_EVERY); // who joins later is not reminded of breaks past
    if (!this.room.last.started_at || Math.floor(minutes / BREAK_EVERY) <= this.breaks) return;
    this.breaks = Math.floor(minutes / BREAK_EVERY);
    find("break-text", this.room.root).textContent = t("break_reminder", { minutes: this.breaks * BREAK_EVERY });
    find("break", this.room.root).hidden = false;
  }
}
