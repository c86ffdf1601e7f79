/* Has the shape of the video SDK and does nothing; the test moves people and reads what was asked. */
class Emitter { constructor() { this.all = {}; }
  on(name, what) { (this.all[name] ??= []).push(what); return this; }
  emit(name, ...rest) { for (const what of this.all[name] || []) what(...rest); } }
class Track { constructor(track, { name }) { Object.assign(this, { mediaStreamTrack: track, name }); } }
class LocalDataTrack { constructor({ name }) { this.name = name; this.sent = []; } send(data) { this.sent.push(data); } }
class Person extends Emitter { constructor(identity) { super(); Object.assign(this, { identity, state: "connected", tracks: new Map() }); } }
class Room extends Emitter { constructor() { super(); const log = this.log = [];
  Object.assign(this, { state: "connected", participants: new Map(), localParticipant: {
    publishTrack: async (track) => { log.push(`+${track.name}`); }, unpublishTrack: (track) => { log.push(`-${track.name}`); },
    setParameters: (given) => { log.push(given.maxVideoBitrate); } } }); }
  async getStats() { return [{ activeIceCandidatePair: { currentRoundTripTime: 0.05 }, remoteAudioTrackStats: [{ trackSid: "MT1", packetsLost: 2, packetsReceived: 98 }, { trackSid: "other", packetsLost: 50, packetsReceived: 50 }], remoteVideoTrackStats: [] }]; }
  disconnect() { this.state = "disconnected"; } }
window.Person = Person;
window.Twilio = { Video: { LocalAudioTrack: Track, LocalVideoTrack: Track, LocalDataTrack,
  connect: async (token, options) => { window.asked = { token, options }; window.room = new Room(); return window.room; } } };
