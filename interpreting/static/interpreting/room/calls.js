/* Who is here, and a connection to each: keeps peers equal to what the server says of the seats.

   A new session of a seat is a new page and gets a new connection. Somebody whose socket is gone
   but whose voice still comes stays; the server decides who may be here, never this page. */

import { Peer } from "./peers.js";
import { limitsOf } from "./quality.js";
import { nameOf, say, t } from "./texts.js";

const GIVEN_UP = 120_000; // milliseconds; later the seat needs a new admission anyway
const AGAIN = 5000; // milliseconds until the provider is asked again
const SILENCE = 15_000; // milliseconds without anybody's voice before the telephone is offered

export class Calls {
  constructor(room) {
    Object.assign(this, { room, peers: new Map(), seats: new Map(), plan: 2, configuration: {} });
    this.timer = setInterval(() => this.watch(), 1000);
  }

  name(seat) { const one = this.seats.get(seat); return one ? nameOf(one) : ""; }
  list() { return [...this.peers.values()]; }

  /* From welcome and ice messages: the servers to find a way, which expire. */
  servers({ ice = [], servers = ice, relay_only: relayOnly }) {
    if (relayOnly !== undefined) this.relayOnly = relayOnly;
    this.configuration = { iceServers: servers, iceTransportPolicy: this.relayOnly ? "relay" : "all", bundlePolicy: "max-bundle" };
    for (const peer of this.list()) peer.configure(this.configuration);
  }

  sync(seats) {
    const present = new Map(seats.filter((one) => one.state === "admitted" && one.seat !== this.room.me.seat && (one.joined || this.peers.has(one.seat))).map((one) => [one.seat, one]));
    for (const seat of [...this.seats.keys()]) if (!present.has(seat)) this.leave(seat);
    for (const [seat, one] of present) {
      const known = this.seats.has(seat);
      this.seats.set(seat, one);
      this.room.stage.tile(one);
      this.catchUp(this.peers.get(seat));
      if (!known && this.settled) say(t("joined", { who: this.name(seat) }));
      if (one.session && this.room.socket.welcomed) this.connect(one);
    }
    this.settled = true;
  }

  /* A connection that was quicker than the news of its seat. */
  catchUp(peer) {
    if (!peer) return;
    if (peer.stream.active) this.track(peer, "voice");
    this.state(peer, peer.phase || "connecting");
  }

  connect({ seat, session }, replaced = null) {
    if (this.loading || (this.carried && !this.carrier)) return null; // the provider's token comes back to it
    const old = this.peers.get(seat);
    if (old?.session === session && old !== replaced) return old;
    if (old) this.disconnect(seat);
    const options = {
      seat, session, replaced, polite: this.room.me.seat > seat, configuration: this.configuration,
      send: (message) => this.room.socket.send(message), tracks: () => this.room.tracks(),
      on: (event, ...rest) => this[event](...rest),
    };
    const peer = this.carrier ? this.carrier.peer(options) : new Peer(options);
    this.peers.set(seat, peer);
    peer.limit(limitsOf(this.plan));
    return peer;
  }

  disconnect(seat) { this.peers.get(seat)?.close(); this.peers.delete(seat); }

  leave(seat) {
    if (this.seats.has(seat)) say(t("left", { who: this.name(seat) }));
    this.disconnect(seat);
    this.seats.delete(seat);
    this.room.stage.drop(seat);
    this.room.documents.left(seat);
  }

  /* A signal may overtake the news that its sender came. */
  signal({ from, session, data }) {
    if (!data || !session) return;
    let peer = this.connect({ seat: from, session });
    if (peer?.outdated?.(data)) { peer = this.replace(peer); peer.outdated(data); } // the new one remembers the origin
    peer?.signal(data);
  }

  /* Nothing else has helped. Whose page is away is not called: their next page will be. */
  anew(peer) { if (this.peers.get(peer.seat) === peer && this.seats.get(peer.seat)?.joined) this.replace(peer); }

  replace(peer) {
    this.room.root.dataset.rebuilt = Number(this.room.root.dataset.rebuilt || 0) + 1;
    this.room.socket.unsay(peer.seat);
    return this.connect(peer, peer);
  }

  track(peer, place) {
    if (place === "screen") return;
    this.room.stage.play(peer.seat, peer.stream, (at) => { this.room.root.dataset[`firstFrame-${peer.seat}`] = at; });
    if (place === "voice") this.room.stage.tiles.get(peer.seat)?.listen(peer.stream);
  }

  state(peer, state) {
    const tile = this.room.stage.tiles.get(peer.seat);
    if (!tile || tile.state === state) return;
    if (state === "lost") say(t("state_lost", { who: this.name(peer.seat) }), "warn");
    if (state === "connected" && tile.state === "lost") say(t("state_back", { who: this.name(peer.seat) }));
    tile.show({ state });
    this.room.root.dataset.connected = this.list().filter((one) => one.connected).length;
  }

  channel(peer) { this.room.documents.greet(peer); }
  data(peer, data) { this.room.documents.receive(peer, data); }
  restart() { this.room.root.dataset.restarts = Number(this.room.root.dataset.restarts || 0) + 1; this.room.socket.send({ type: "ice" }); }
  fill() { for (const peer of this.list()) peer.fill(); }
  limit(plan) { this.plan = plan; for (const peer of this.list()) peer.limit(limitsOf(plan)); }

  /* Somebody should be heard and nobody is: first a hint, then the telephone. */
  watch() {
    for (const peer of this.list()) if (peer.lost && performance.now() - peer.lost > GIVEN_UP && !this.seats.get(peer.seat)?.joined) this.leave(peer.seat);
    const expected = this.room.step === "room" && (this.seats.size > 0 || !this.room.socket.open);
    const silent = expected && !this.list().some((peer) => peer.connected);
    this.silentSince = silent ? this.silentSince ?? performance.now() : null;
    this.room.notices.silence(silent ? performance.now() - this.silentSince > SILENCE : false);
  }

  /* Only where the room has another provider: welcome and ice bring a token for it. Without one this
     page waits and asks again; it never meets the others another way. */
  async carry(given) {
    this.carried = Boolean(given.provider);
    if (!this.carried || this.loading || this.carrier?.open) return;
    this.loading = true;
    for (const seat of [...this.peers.keys()]) this.disconnect(seat);
    this.carrier = null;
    try {
      if (!given.video_token) throw new Error("no token");
      const { Carrier } = await import("./twilio_room.js");
      this.carrier = await Carrier.open(given, { me: this.room.me.seat, tracks: () => this.room.tracks() });
    } finally {
      this.loading = false;
      clearTimeout(this.again);
      if (!this.carrier) this.again = setTimeout(() => this.room.socket.send({ type: "ice" }), AGAIN);
    }
  }

  close() { clearTimeout(this.again); this.carrier?.close(); clearInterval(this.timer); for (const seat of [...this.peers.keys()]) this.disconnect(seat); }
}
