/* The room's page: check, wait, talk, end. Wires the other modules together.

   The server says who may be where (`room` messages); this page follows. Each page load is a
   session of its own; that this browser has been in the room is all that is remembered, and only
   until the tab closes, so that a reload goes straight back in. */

import { Calls } from "./calls.js";
import { Chat } from "./chat.js";
import { Check } from "./check.js";
import { bindControls, showAbilities, showMedia } from "./controls.js";
import { Desk } from "./desk.js";
import { Documents } from "./documents.js";
import { Media } from "./media.js";
import { Notices } from "./notices.js";
import { Quality } from "./quality.js";
import { RoomSocket } from "./socket.js";
import { Stage } from "./stage.js";
import { all, find, say, t } from "./texts.js";

const ENDS = { ended: ["ended_title", "ended_text"], left: ["left_title", ""], removed: ["removed_title", "removed_text"], replaced: ["problem_title", "replaced"], expired: ["problem_title", "ask_new_link"] };

class Room {
  constructor(root) {
    Object.assign(this, { root, me: { seat: Number(root.dataset.seat), role: root.dataset.role }, step: "" });
    this.notices = new Notices(this);
    this.mark = `tsunagi-room-${root.dataset.seat}`;
    this.media = new Media({ audioOnly: root.dataset.audioOnly === "true" });
    this.socket = new RoomSocket(root.dataset.socket, root.dataset.stateUrl, crypto.randomUUID());
    this.stage = new Stage(find("tiles", root), { onblocked: () => { find('do="sound"', root).hidden = false; } });
    this.calls = new Calls(this);
    const send = (message) => this.socket.send(message);
    this.documents = new Documents(find("documents", root), { send, peers: () => this.calls.list(), me: () => this.me.seat, onchange: (shown) => this.notices.showing(shown) });
    this.documents.onstop = () => this.media.unshare();
    this.chat = new Chat(find("chat", root), { send });
    this.check = new Check(find("when=check", root) || root, this.media, { onready: () => this.enter() });
    this.media.onchange = () => this.changed();
    this.listen();
    bindControls(root, this);
    this.desk = document.getElementById("room-panel") ? new Desk(this) : null;
    this.go("check");
    this.check.skip({ back: this.remembered(), regular: this.me.role !== "resident" && this.me.role !== "observer" });
  }

  listen() {
    const { calls, documents } = this;
    this.socket.on("room", (room) => this.follow(room))
      .on("welcome", (welcome) => this.welcome(welcome))
      .on("ice", (ice) => this.given(ice))
      .on("signal", (signal) => calls.signal(signal))
      .on("chat", ({ from, text }) => from !== this.me.seat && this.chat.heard(calls.name(from), text))
      .on("button", ({ from, name }) => from !== this.me.seat && this.notices.showCue(from, name))
      .on("pointer", ({ from, x, y, document: id }) => from !== this.me.seat && documents.shown?.id === id && documents.mark(x, y))
      .on("media", ({ from, ...media }) => this.stage.tiles.get(from)?.show({ media }))
      .on("document", (message) => message.from !== this.me.seat && documents.heard(message, calls.peers.get(message.from)?.shared))
      .on("quality", ({ from, level }) => this.stage.tiles.get(from)?.show({ level }))
      .on("line", ({ open }) => this.notices.line(open))
      .on("gone", ({ reason }) => this.over(reason));
  }

  go(step) {
    if (this.step === step) return;
    this.step = this.root.dataset.step = step;
    for (const part of all("when", this.root)) part.hidden = part.dataset.when !== step;
    const part = find(`when=${step}`, this.root);
    (part?.querySelector("h1[tabindex]") || part)?.focus?.(); // in the room itself the whole of it
  }

  remembered() { try { return sessionStorage.getItem(this.mark) === "in"; } catch { return false; } }
  remember(value) { try { if (value) sessionStorage.setItem(this.mark, value); else sessionStorage.removeItem(this.mark); } catch { /* private window */ } }

  /* After the check, by a press: from now on sound may play and the room may be joined. */
  enter() {
    this.entered = true;
    this.remember("in");
    this.changed();
    showAbilities(this.media);
    navigator.wakeLock?.request("screen").catch(() => {});
    this.go("waiting");
    if (this.last) this.follow(this.last);
  }

  follow(room) {
    this.last = room;
    this.lastAt = performance.now();
    this.me = { ...this.me, ...room.me };
    if (room.state === "ended") { this.over("ended"); return; }
    this.root.dataset.locked = Boolean(room.locked);
    this.desk?.follow(room);
    for (const one of all("no-interpreter")) one.hidden = room.interpreter !== false || room.state !== "open";
    if (!this.entered) return;
    if (!this.socket.wanted) this.socket.join(); // who waits joins by being admitted
    if (this.me.state === "admitted") {
      if (this.step === "waiting" && this.me.role !== "desk" && this.wasWaiting) say(t("admitted"));
      this.go("room");
      this.stage.tile({ ...this.me, label: "" }, { self: true });
      this.changed();
      this.calls.sync(room.seats || []);
      find("alone", this.root).hidden = this.calls.seats.size > 0;
    } else if (this.me.state === "waiting" || this.me.state === "invited") { this.wasWaiting = true; this.calls.sync([]); this.go("waiting"); }
  }

  async welcome(welcome) {
    this.root.dataset.joinedAt ??= Math.round(performance.now());
    await this.given(welcome);
    this.quality ??= new Quality({ peers: () => this.calls.list(), onlook: (seen, worst) => this.notices.looked(seen, worst), onplan: (plan) => this.planned(plan) });
    this.announce();
    this.documents.announce();
  }

  /* How to reach the others, from welcome and ice; asked for anew before it expires. */
  async given(given) {
    await this.calls.carry(given).catch(() => say(t("network"), "warn"));
    this.calls.servers(given);
    clearInterval(this.renewal);
    const left = Date.parse(given.expires_at) - Date.now();
    if (left > 0) this.renewal = setInterval(() => this.socket.send({ type: "ice" }), Math.max(20_000, left * 0.7));
    if (this.last) this.calls.sync(this.last.seats || []);
  }

  get cameraShown() { return Boolean(this.media.camera) && this.media.cameraOn && !this.paused; }
  tracks() { return { voice: this.media.mic, camera: this.media.camera, screen: this.media.screen }; }

  /* Own tracks have changed: fill the connections, tell the others, show it here. */
  changed() {
    showMedia(this.media);
    const tile = this.stage.tiles.get(this.me.seat);
    tile?.show({ media: { mic: this.media.micOn && Boolean(this.media.mic), camera: Boolean(this.media.camera), held: this.media.held }, state: "connected" });
    if (tile && this.media.camera && tile.shownTrack !== this.media.camera) { tile.shownTrack = this.media.camera; tile.attach(new MediaStream([this.media.camera])); tile.element.dataset.mirrored = this.media.mirrored; }
    if (this.media.screen) this.documents.showScreen(this.media.screen); else if (this.documents.mine?.kind === "screen") this.documents.closeMine();
    this.calls.fill();
    this.announce();
  }

  announce() {
    const message = { type: "media", mic: this.media.micOn && Boolean(this.media.mic), camera: this.cameraShown, screen: Boolean(this.media.screen), held: this.media.held };
    if (this.socket.welcomed) this.socket.send(message);
  }

  planned(plan) {
    this.root.dataset.plan = plan;
    const paused = plan === 0;
    if (paused !== Boolean(this.paused)) { this.paused = paused; find("audio-first", this.root).hidden = !paused || !this.media.camera; this.announce(); }
    this.calls.limit(plan);
  }

  leave() {
    this.socket.send({ type: "leave" });
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    if (this.root.dataset.leaveUrl) fetch(this.root.dataset.leaveUrl, { method: "POST", headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" }, keepalive: true }).catch(() => {});
    this.over("left");
  }

  over(reason) {
    if (this.step === "over") return;
    this.remember("");
    this.socket.stop();
    this.quality?.close();
    this.calls.close();
    this.documents.hide();
    this.stage.close();
    this.media.close();
    this.chat.clear();
    document.getElementById("room-log").replaceChildren();
    const [title, text] = ENDS[reason] || ENDS.ended;
    find("over-title", this.root).textContent = t(title);
    find("over-text", this.root).textContent = text && t(text, { desk: this.root.dataset.desk });
    this.root.dataset.over = reason;
    find("come-back", this.root).hidden = !["left", "replaced"].includes(reason);
    this.go("over");
  }
}

const root = document.getElementById("room");
const able = window.RTCPeerConnection && window.WebSocket && navigator.mediaDevices?.getUserMedia;
if (able) new Room(root);
else {
  find("unsupported-text", root).textContent = t(window.isSecureContext ? "old_browser" : "insecure");
  for (const part of all("when", root)) part.hidden = part.dataset.when !== "unsupported";
}
