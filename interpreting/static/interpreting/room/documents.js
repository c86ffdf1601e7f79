/* Papers shown to all: a photo in pieces over the data channels, or somebody's screen.

   A photo is drawn again at 1600 px at most, which also drops its metadata, and goes from page to
   page, never to the server. It exists only while it is shown: closing, leaving or ending removes
   it everywhere. Pointer positions are fractions of the picture, 0 to 1. */

import { Arrivals, pour, shrink } from "./photos.js";
import { find } from "./texts.js";

const ZOOMS = [1, 1.5, 2, 3, 4];
const POINTS_EVERY = 120; // milliseconds; the server passes 20 a second

export class Documents {
  constructor(element, { send, peers, me, onchange }) {
    Object.assign(this, { element, send, peers, me, onchange, shown: null, arrivals: new Arrivals(), zoom: 0 });
    this.picture = find("paper", element);
    this.screen = find("screen", element);
    this.board = find("board", element);
    this.dot = find("dot", element);
    this.bind();
  }

  bind() {
    const { board } = this;
    board.addEventListener("pointerdown", (event) => { if (this.pointing) { board.setPointerCapture(event.pointerId); this.point(event, true); event.preventDefault(); } });
    board.addEventListener("pointermove", (event) => { if (this.pointing && event.buttons) this.point(event); });
    board.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step || !this.pointing) return;
      event.preventDefault();
      const [x, y] = this.at || [0.5, 0.5];
      this.place(Math.min(1, Math.max(0, x + step[0] * 0.03)), Math.min(1, Math.max(0, y + step[1] * 0.03)), true);
    });
  }

  async showPhoto(file) {
    const blob = await shrink(file);
    this.closeMine();
    const id = crypto.randomUUID();
    this.mine = { id, kind: "photo", bytes: await blob.arrayBuffer() };
    this.open({ id, kind: "photo", from: this.me(), blob });
    this.send({ type: "document", id, action: "shown", kind: "photo" });
    for (const peer of this.peers()) this.greet(peer);
  }

  showScreen(track) {
    if (this.mine?.track === track) return;
    this.closeMine();
    this.mine = { id: crypto.randomUUID(), kind: "screen", track };
    this.open({ id: this.mine.id, kind: "screen", from: this.me(), stream: new MediaStream([track]) });
    this.send({ type: "document", id: this.mine.id, action: "shown", kind: "screen" });
  }

  /* Whoever comes later sees what is shown. */
  greet(peer) {
    if (this.mine?.kind === "screen") this.announce(); // its track lies in the connection already
    if (this.mine?.kind === "photo" && peer.channel?.readyState === "open") pour(peer.channel, { id: this.mine.id, size: this.mine.bytes.byteLength }, this.mine.bytes).catch(() => {});
  }

  announce() { if (this.mine) this.send({ type: "document", id: this.mine.id, action: "shown", kind: this.mine.kind }); }

  receive(peer, data) {
    const photo = this.arrivals.take(peer.seat, data);
    const gone = this.gone?.id === photo?.id && this.gone?.from === peer.seat;
    if (photo && !gone) this.open({ ...photo, kind: "photo", from: peer.seat });
  }

  heard({ id, action, kind, from }, stream) {
    const theirs = this.shown?.id === id && this.shown.from === from; // nobody takes another's paper away
    if (action === "gone") { this.gone = { id, from }; this.arrivals.forget(from); if (theirs) this.hide(); }
    else if (kind === "screen" && stream) this.open({ id, kind, from, stream });
  }

  open({ id, kind, from, blob, stream }) {
    if (this.shown?.id === id) return;
    if (this.mine && this.mine.id !== id) this.closeMine();
    this.hide();
    this.shown = { id, kind, from };
    if (blob) this.picture.src = this.shown.url = URL.createObjectURL(blob);
    if (stream) { this.screen.srcObject = stream; this.screen.play().catch(() => {}); }
    this.picture.hidden = !blob;
    this.screen.hidden = !stream;
    this.zoomTo(0);
    this.element.hidden = false;
    this.onchange(this.shown);
  }

  hide() {
    if (this.shown?.url) URL.revokeObjectURL(this.shown.url);
    this.picture.removeAttribute("src");
    this.screen.srcObject = null;
    this.dot.hidden = this.element.hidden = true;
    if (this.shown) { this.shown = null; this.onchange(null); }
  }

  closeMine() {
    if (!this.mine) return;
    const { id, kind, track } = this.mine;
    this.mine = null;
    this.send({ type: "document", id, action: "gone", kind });
    if (this.shown?.id === id) this.hide();
    if (track) this.onstop?.();
  }

  left(seat) { this.arrivals.forget(seat); if (this.shown?.from === seat) this.hide(); }
  zoomTo(index) { this.zoom = Math.min(ZOOMS.length - 1, Math.max(0, index)); this.board.style.setProperty("--zoom", ZOOMS[this.zoom]); }

  point(event, now = false) {
    const box = this.board.getBoundingClientRect();
    this.place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, now);
  }

  place(x, y, now) {
    if (x < 0 || y < 0 || x > 1 || y > 1 || !this.shown) return;
    this.mark(x, y);
    if (!now && performance.now() - (this.pointed || 0) < POINTS_EVERY) return;
    this.pointed = performance.now();
    this.send({ type: "pointer", x: Number(x.toFixed(4)), y: Number(y.toFixed(4)), document: this.shown.id });
  }

  mark(x, y) {
    this.at = [x, y];
    this.dot.style.left = `${x * 100}%`;
    this.dot.style.top = `${y * 100}%`;
    this.dot.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { this.dot.hidden = true; }, 6000);
  }
}
