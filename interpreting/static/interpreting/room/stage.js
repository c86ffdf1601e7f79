/* The people in the room: a large tile for who speaks (or is pinned), small ones for the others.

   Voice and picture have an element each: the picture element is always silent, so that phones
   play it without being asked. Names are text, never markup. */

import { Level } from "./levels.js";
import { find, nameOf, symbol, t } from "./texts.js";

const LOUD = 0.06; // of 1; below it nobody speaks
const HOLD = 1500; // milliseconds somebody stays large after the last louder word
const LOOK = 200;

class Tile {
  constructor(seat, { self = false } = {}) {
    const copy = document.getElementById("tile").content.cloneNode(true);
    Object.assign(this, { seat, self, element: copy.querySelector("li"), media: { mic: true, camera: true }, state: "connecting" });
    this.element.dataset.seat = seat.seat;
    this.element.dataset.self = self;
    this.video = find("picture", this.element);
    this.voice = find("voice", this.element);
    this.element.querySelector("[data-pin]").setAttribute("aria-label", `${t("pin")}: ${this.name}`);
    this.describe(seat);
  }

  get name() { return this.self ? t("you") : nameOf(this.seat); }

  describe(seat) {
    this.seat = seat;
    const name = find("name", this.element);
    name.replaceChildren(symbol(seat.role), Object.assign(document.createElement("bdi"), { textContent: this.name }));
    find("figure", this.element).replaceChildren(symbol(seat.role));
    this.element.querySelector("[data-pin]").setAttribute("aria-label", `${t("pin")}: ${this.name}`);
    this.show();
  }

  show({ media = this.media, state = this.state, level } = {}) {
    Object.assign(this, { media, state });
    const { dataset } = this.element;
    dataset.state = state;
    dataset.camera = Boolean(media.camera);
    dataset.mic = Boolean(media.mic) && !media.held;
    if (level !== undefined) dataset.level = level;
    const words = media.held ? t("state_interrupted", { who: this.name })
      : state === "lost" ? t("state_reconnecting") : state === "connecting" && !this.self ? t("state_connecting")
        : level !== undefined && level < 2 ? t("state_weak") : "";
    const status = find("status", this.element);
    if (status.textContent !== words) status.textContent = words;
  }

  /* `onframe` is told once, with the milliseconds since the page began. */
  attach(stream, onframe) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    if (!this.self && this.voice.srcObject !== stream) this.voice.srcObject = stream;
    if (onframe && !this.framed) {
      this.framed = true;
      const done = () => onframe(Math.round(performance.now()));
      if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(done); else this.video.addEventListener("loadeddata", done, { once: true });
    }
    this.video.play().catch(() => {});
    return this.self ? Promise.resolve() : this.voice.play();
  }

  listen(stream) { this.loudness?.close(); this.loudness = new Level(stream); }
  remove() { this.loudness?.close(); this.video.srcObject = this.voice.srcObject = null; this.element.remove(); }
}

export class Stage {
  constructor(list, { onblocked }) {
    Object.assign(this, { list, onblocked, tiles: new Map(), pinned: null, large: null, heard: 0 });
    list.addEventListener("click", (event) => { const pin = event.target.closest("[data-pin]"); if (pin) this.pin(Number(pin.closest("li").dataset.seat)); });
    this.timer = setInterval(() => this.choose(), LOOK);
  }

  tile(seat, options) {
    let tile = this.tiles.get(seat.seat);
    if (!tile) {
      tile = new Tile(seat, options);
      this.tiles.set(seat.seat, tile);
      this.list.append(tile.element);
    } else tile.describe(seat);
    this.list.dataset.count = this.tiles.size;
    return tile;
  }

  drop(seat) {
    this.tiles.get(seat)?.remove();
    this.tiles.delete(seat);
    if (this.pinned === seat) this.pinned = null;
    if (this.large === seat) this.large = null;
    this.list.dataset.count = this.tiles.size;
  }

  play(seat, stream, onframe) { this.tiles.get(seat)?.attach(stream, onframe).catch((error) => error.name === "NotAllowedError" && this.onblocked()); }
  resume() { for (const tile of this.tiles.values()) if (!tile.self) tile.voice.play().catch(() => {}); }

  pin(seat) {
    this.pinned = this.pinned === seat ? null : seat;
    for (const [one, tile] of this.tiles) tile.element.querySelector("[data-pin]").setAttribute("aria-pressed", String(one === this.pinned));
    this.choose();
  }

  /* The pinned one, or who speaks, or who spoke last, or the first other person. */
  choose() {
    const others = [...this.tiles.values()].filter((tile) => !tile.self);
    const levels = others.map((tile) => [tile, tile.media.mic && tile.loudness ? tile.loudness.read() : 0]);
    for (const [tile, level] of levels) tile.element.dataset.speaking = level > LOUD;
    const [loudest, level] = levels.reduce((best, one) => (one[1] > best[1] ? one : best), [null, LOUD]);
    const now = performance.now();
    if (loudest && (loudest.seat.seat === this.large || now - this.heard > HOLD) && level > LOUD) { this.speaker = loudest.seat.seat; this.heard = now; }
    const wanted = [this.pinned, this.speaker, this.large].find((seat) => this.tiles.has(seat)) ?? others[0]?.seat.seat ?? [...this.tiles.keys()][0];
    if (wanted === this.large) return;
    this.large = wanted;
    for (const [seat, tile] of this.tiles) tile.element.dataset.large = seat === wanted;
  }

  close() { clearInterval(this.timer); for (const seat of [...this.tiles.keys()]) this.drop(seat); }
}
