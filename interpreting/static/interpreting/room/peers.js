/* One connection to one other person: perfect negotiation over three fixed places.

   The impolite side makes the places voice, camera, screen (in this order) and offers; the polite
   side fills the same three. Muting, switching and sharing only replace tracks, so after the first
   exchange nothing is negotiated again but ICE restarts, by whoever notices first. */

const PLACES = ["voice", "camera", "screen"];
const VOICE_RATE = 24_000; // bit/s, Opus speech
const PATIENCE = { polite: 5000, impolite: 3000 }; // milliseconds without a path before an ICE restart
const SLOW_START = 8000;
const ANEW = 20_000; // milliseconds without success before the connection is built anew; later twice, three times as long
const originOf = (sdp) => /^o=\S+ (\S+)/m.exec(sdp)?.[1];
const GONE = new Set(["disconnected", "failed", "closed"]);

export class Peer {
  /* `replaced`: the connection to the same page that this one is built instead of. */
  constructor({ seat, session, polite, configuration, send, tracks, on, replaced = null }) {
    Object.assign(this, { seat, session, polite, send, tracks, on, making: false, restarts: 0, limits: null, chain: Promise.resolve() });
    this.lost = replaced && (replaced.lost ?? replaced.since);
    this.rebuilt = replaced ? replaced.rebuilt + 1 : 0;
    this.phase = this.lost ? "lost" : "connecting";
    this.stream = new MediaStream(); // what comes in: voice and camera
    this.shared = new MediaStream();
    const pc = this.pc = new RTCPeerConnection(configuration);
    pc.onnegotiationneeded = () => this.offer();
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.say({ candidate });
    pc.ontrack = ({ transceiver, track }) => this.receive(transceiver, track);
    pc.onconnectionstatechange = pc.oniceconnectionstatechange = () => this.changed();
    this.since = performance.now();
    if (!polite) this.make();
    this.watch = setInterval(() => this.supervise(), 1000);
  }

  say(data) { this.send({ type: "signal", to: this.seat, session: this.session, data }); }
  sender(place) { return this.pc.getTransceivers()[PLACES.indexOf(place)]?.sender; }
  get connected() { return ["connected", "completed"].includes(this.pc.iceConnectionState) && !GONE.has(this.pc.connectionState); }

  make() {
    this.pc.addTransceiver("audio", { direction: "sendrecv", streams: [this.stream], sendEncodings: [{ maxBitrate: VOICE_RATE, priority: "high", networkPriority: "high" }] });
    for (const streams of [[this.stream], []]) this.pc.addTransceiver("video", { direction: "sendrecv", streams, sendEncodings: [{ maxBitrate: 150_000, priority: "low", networkPriority: "low" }] });
    this.openChannel();
    this.fill();
  }

  openChannel() {
    this.channel = this.pc.createDataChannel("documents", { negotiated: true, id: 0 });
    this.channel.binaryType = "arraybuffer";
    this.channel.onopen = () => this.on("channel", this);
    this.channel.onmessage = ({ data }) => this.on("data", this, data);
  }

  /* Puts the current tracks into their places; an empty place sends nothing. */
  fill() {
    const current = this.tracks();
    return Promise.all(PLACES.map((place) => this.sender(place)?.replaceTrack(current[place] || null).catch(() => {})));
  }

  async offer() {
    if (this.polite && !this.pc.remoteDescription) return; // the other side makes the places
    try {
      this.making = true;
      await this.pc.setLocalDescription();
      this.say({ description: this.pc.localDescription });
    } catch { /* superseded by the other side's offer */ } finally { this.making = false; }
  }

  /* An offer of another origin: the other side has begun anew, and this connection leads nowhere. */
  outdated({ description }) {
    const origin = description && originOf(description.sdp);
    const other = this.polite && description?.type === "offer" && Boolean(this.origin) && this.origin !== origin;
    this.origin ??= origin;
    return other;
  }

  signal(data) { this.chain = this.chain.then(() => this.handle(data)).catch(() => {}); return this.chain; }

  async handle({ description, candidate }) {
    const { pc } = this;
    if (description) {
      const collision = description.type === "offer" && (this.making || pc.signalingState !== "stable");
      this.ignoring = !this.polite && collision;
      if (this.ignoring) return;
      await pc.setRemoteDescription(description);
      if (description.type !== "offer") return;
      if (!this.channel) await this.settle();
      await pc.setLocalDescription();
      this.say({ description: pc.localDescription });
      if (this.limits) this.limit(this.limits);
    } else if (candidate) {
      await pc.addIceCandidate(candidate).catch((error) => { if (!this.ignoring) throw error; });
    }
  }

  /* The polite side's first answer: both directions in every place, and the channel. */
  async settle() {
    for (const one of this.pc.getTransceivers()) one.direction = "sendrecv";
    for (const place of ["voice", "camera"]) this.sender(place)?.setStreams?.(this.stream); // lips and voice together
    this.openChannel();
    await this.fill();
  }

  receive(transceiver, track) {
    const place = PLACES[this.pc.getTransceivers().indexOf(transceiver)];
    (place === "screen" ? this.shared : this.stream).addTrack(track);
    this.on("track", this, place, track);
  }

  changed() {
    if (this.connected) { this.lost = null; this.restarts = 0; this.reached = true; if (this.limits) this.limit(this.limits); }
    else if (GONE.has(this.pc.iceConnectionState) || GONE.has(this.pc.connectionState)) this.lost ??= performance.now();
    this.phase = this.connected ? "connected" : this.lost ? "lost" : "connecting";
    this.on("state", this, this.phase);
  }

  supervise() {
    const now = performance.now();
    if (this.connected) return;
    const waited = now - Math.max(this.lost ?? 0, this.since);
    if (!this.polite && waited > ANEW * Math.min(this.rebuilt + 1, 3)) { this.on("anew", this); return; }
    if (now - (this.tried || 0) < SLOW_START / 2) return;
    if (waited < (this.reached ? PATIENCE[this.polite ? "polite" : "impolite"] : SLOW_START)) return;
    this.tried = now;
    this.restart();
  }

  restart() {
    this.restarts += 1;
    if (this.pc.signalingState === "have-local-offer") this.say({ description: this.pc.localDescription });
    else if (this.pc.remoteDescription || !this.polite) this.pc.restartIce();
    this.on("restart", this);
  }

  /* `limits`: {camera, screen: {maxBitrate, scaleResolutionDownBy, maxFramerate, active}}. */
  async limit(limits) {
    this.limits = limits;
    const wanted = { voice: { maxBitrate: VOICE_RATE, priority: "high", networkPriority: "high", active: true }, ...limits };
    for (const place of PLACES) {
      const sender = this.sender(place);
      const parameters = sender?.getParameters();
      if (!parameters?.encodings?.length) continue;
      Object.assign(parameters.encodings[0], wanted[place]);
      await sender.setParameters(parameters).catch(() => {});
    }
  }

  configure(configuration) { try { this.pc.setConfiguration(configuration); } catch { /* the next page load has them */ } }
  close() { clearInterval(this.watch); this.pc.onconnectionstatechange = this.pc.oniceconnectionstatechange = null; this.channel?.close(); this.pc.close(); }
}
