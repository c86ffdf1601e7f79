/* Picture and sound through a Twilio Video room, for installations that chose it: the same face as
   peers.js, so that the rest of the page does not know.

   One connection carries everybody; `Carrier` keeps it, `CarriedPeer` is one other person in it. The
   SDK is the operator's own copy, served from our origin (welcome.video_sdk). Papers go over one
   data track per receiver, named after the seat. Who may be here is said by our server alone. */

const KINDS = { voice: "audio", camera: "video", screen: "video" };
const PLACES = Object.keys(KINDS);
const TO = "to-"; // name of the data track for one seat
const identity = (seat) => `seat-${seat}`;

function load(address) {
  if (window.Twilio?.Video) return Promise.resolve(window.Twilio.Video);
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address, onerror: reject });
    script.onload = () => (window.Twilio?.Video ? resolve(window.Twilio.Video) : reject(new Error("no SDK")));
    document.head.append(script);
  });
}

export class Carrier {
  /* `me`: own seat; `tracks`: () => {voice, camera, screen}. */
  static async open({ video_sdk: sdk, video_token: token, video_room: name }, { me, tracks }) {
    const video = await load(sdk);
    const room = await video.connect(token, { name, tracks: [], insights: false, maxAudioBitrate: 24_000, networkQuality: false });
    return new Carrier(video, room, { me, tracks });
  }

  constructor(video, room, { me, tracks }) {
    Object.assign(this, { video, room, me, tracks, published: {}, peers: new Map(), chain: Promise.resolve() });
    for (const person of room.participants.values()) this.meet(person);
    room.on("participantConnected", (person) => this.meet(person));
    room.on("participantDisconnected", (person) => this.find(person)?.came(null));
    for (const event of ["reconnecting", "reconnected", "disconnected"]) room.on(event, () => this.each((peer) => peer.changed()));
  }

  get open() { return this.room.state !== "disconnected"; }
  find(person) { return [...this.peers.values()].find((peer) => identity(peer.seat) === person.identity); }
  each(what) { for (const peer of this.peers.values()) what(peer); }
  meet(person) { this.find(person)?.came(person); }

  /* The other side of `new Peer(…)` in calls.js. */
  peer(options) {
    const peer = new CarriedPeer(this, options);
    this.peers.set(options.seat, peer);
    const person = [...this.room.participants.values()].find((one) => one.identity === identity(options.seat));
    peer.open(person || null);
    return peer;
  }

  /* Publishes what is there now and takes back what is not; one change after the other. */
  fill() { return (this.chain = this.chain.then(() => this.publish()).catch(() => {})); }

  async publish() {
    const current = this.tracks();
    for (const place of PLACES) {
      const track = current[place] || null;
      const old = this.published[place];
      if (old?.mediaStreamTrack === track || (!old && !track)) continue;
      if (old) this.room.localParticipant.unpublishTrack(old);
      delete this.published[place];
      if (!track) continue;
      const Local = KINDS[place] === "audio" ? this.video.LocalAudioTrack : this.video.LocalVideoTrack;
      const local = new Local(track, { name: place });
      this.published[place] = local;
      await this.room.localParticipant.publishTrack(local, { priority: place === "voice" ? "high" : "low" });
    }
  }

  limit({ camera }) { this.room.localParticipant.setParameters({ maxAudioBitrate: 24_000, maxVideoBitrate: camera.active ? camera.maxBitrate : 1 }); }
  close() { this.room.disconnect(); }
}

class CarriedPeer {
  constructor(carrier, { seat, session, tracks, on }) {
    Object.assign(this, { carrier, seat, session, tracks, on, person: null, sids: new Set(), since: performance.now() });
    this.stream = new MediaStream();
    this.shared = new MediaStream();
    this.pc = { getStats: () => this.stats() };
  }

  get connected() { return Boolean(this.person) && this.person.state === "connected" && this.carrier.room.state === "connected"; }

  open(person) {
    const track = new this.carrier.video.LocalDataTrack({ name: TO + this.seat, ordered: true });
    this.channel = new DataChannel(track);
    this.carrier.room.localParticipant.publishTrack(track).then(() => { this.channel.readyState = "open"; this.on("channel", this); }).catch(() => {});
    this.came(person);
    this.fill();
  }

  came(person) {
    if (person && person !== this.person) {
      for (const publication of person.tracks.values()) if (publication.track) this.receive(publication.track);
      person.on("trackSubscribed", (track) => this.receive(track));
      person.on("trackUnsubscribed", (track) => this.lose(track));
      for (const event of ["reconnecting", "reconnected", "disconnected"]) person.on(event, () => this.changed());
    }
    this.person = person;
    this.changed();
  }

  receive(track) {
    if (track.kind === "data") {
      if (track.name === TO + this.carrier.me) track.on("message", (data) => this.on("data", this, data));
      return;
    }
    this.sids.add(track.sid);
    const place = PLACES.includes(track.name) ? track.name : track.kind === "audio" ? "voice" : "camera";
    (place === "screen" ? this.shared : this.stream).addTrack(track.mediaStreamTrack);
    this.on("track", this, place, track.mediaStreamTrack);
  }

  lose(track) {
    this.sids.delete(track.sid);
    if (track.mediaStreamTrack) for (const stream of [this.stream, this.shared]) stream.removeTrack(track.mediaStreamTrack);
  }

  changed() {
    if (this.connected) this.lost = null;
    else if (this.person || this.lost === null) this.lost ??= performance.now();
    this.on("state", this, this.connected ? "connected" : this.lost ? "lost" : "connecting");
  }

  /* What quality.js reads, of this person's tracks. */
  async stats() {
    const found = new Map();
    for (const report of await this.carrier.room.getStats()) {
      const path = report.activeIceCandidatePair;
      if (path) found.set("path", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: path.currentRoundTripTime, availableOutgoingBitrate: path.availableOutgoingBitrate });
      for (const one of [...(report.remoteAudioTrackStats || []), ...(report.remoteVideoTrackStats || [])]) {
        if (this.sids.has(one.trackSid)) found.set(one.trackSid, { type: "inbound-rtp", packetsLost: one.packetsLost, packetsReceived: one.packetsReceived });
      }
    }
    return found;
  }

  fill() { return this.carrier.fill(); }
  limit(limits) { this.carrier.limit(limits); }
  signal() { /* nothing is agreed between pages here */ }
  configure() { /* the provider finds the way */ }
  close() { this.carrier.room.localParticipant.unpublishTrack(this.channel.track); this.carrier.peers.delete(this.seat); }
}

/* A data track with the few words of an RTCDataChannel that photos.js uses. */
class DataChannel extends EventTarget {
  constructor(track) { super(); Object.assign(this, { track, readyState: "connecting", bufferedAmount: 0 }); }
  send(data) { this.track.send(ArrayBuffer.isView(data) ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data); }
}
