/* One's own camera, microphone and screen.

   Tracks are handed to whoever listens through `onchange`; the room goes on without a camera, and
   without a microphone as well. When something else takes the microphone (an ordinary phone call)
   `held` says so, and on return a new track is fetched. Nothing here records. */

import { Level } from "./levels.js";

const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const PICTURE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "in_use", AbortError: "in_use" };

export class Media {
  constructor({ audioOnly = false } = {}) {
    Object.assign(this, { audioOnly, mic: null, camera: null, screen: null, micOn: true, cameraOn: !audioOnly, facing: "user", held: false, chosen: {}, onchange: () => {} });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.recover());
  }

  /* Both if possible, else what there is. Returns {microphone, camera}: "ok", "off", or a reason. */
  async open({ camera = this.cameraOn } = {}) {
    if (!navigator.mediaDevices?.getUserMedia) return { microphone: "unsupported", camera: "unsupported" };
    this.cameraOn = camera && !this.audioOnly;
    if (!this.cameraOn) return { microphone: await this.fetchMic(), camera: "off" };
    try {
      this.take(await navigator.mediaDevices.getUserMedia({ audio: this.voice(), video: this.picture() }));
      return { microphone: "ok", camera: "ok" };
    } catch { /* one of the two is missing or refused: ask for each */ }
    return { microphone: await this.fetchMic(), camera: await this.fetchCamera() };
  }

  voice() { return { ...VOICE, ...(this.chosen.audio && { deviceId: { exact: this.chosen.audio } }) }; }
  picture() { return { ...PICTURE, ...(this.chosen.video ? { deviceId: { exact: this.chosen.video } } : { facingMode: this.facing }) }; }

  async fetchMic() { return this.fetch({ audio: this.voice() }); }
  async fetchCamera() {
    this.cameraOn = true;
    const result = await this.fetch({ video: this.picture() });
    if (result !== "ok") { this.cameraOn = false; this.onchange(); }
    return result;
  }
  async fetch(constraints) {
    try { this.take(await navigator.mediaDevices.getUserMedia(constraints)); return "ok"; }
    catch (error) { return REASONS[error.name] || "missing"; }
  }

  take(stream) {
    const [mic] = stream.getAudioTracks(), [camera] = stream.getVideoTracks();
    if (mic) { this.mic?.stop(); this.mic = mic; mic.enabled = this.micOn; this.watch(mic); this.meter?.close(); this.meter = new Level(new MediaStream([mic])); }
    if (camera) { this.camera?.stop(); this.camera = camera; camera.contentHint = "motion"; this.watch(camera); }
    this.held = false;
    this.onchange();
  }

  /* A phone call mutes or ends the tracks; they come back by themselves, or are fetched again. */
  watch(track) {
    track.onmute = track.onended = () => { if (track === this.mic) { this.held = true; this.onchange(); } };
    track.onunmute = () => { if (track === this.mic) { this.held = false; this.onchange(); } };
  }

  async recover() {
    if (this.mic && (this.mic.readyState === "ended" || this.mic.muted)) await this.fetchMic();
    if (this.cameraOn && this.camera && (this.camera.readyState === "ended" || this.camera.muted)) await this.fetchCamera();
  }

  async devices() {
    const every = await navigator.mediaDevices.enumerateDevices();
    return { audio: every.filter((one) => one.kind === "audioinput"), video: every.filter((one) => one.kind === "videoinput") };
  }

  async choose(kind, id) { this.chosen[kind] = id; return kind === "audio" ? this.fetchMic() : this.fetchCamera(); }
  setMic(on) { this.micOn = on; if (this.mic) this.mic.enabled = on; else if (on) this.fetchMic(); this.onchange(); }

  async setCamera(on) {
    if (on) return this.fetchCamera();
    this.cameraOn = false;
    this.camera?.stop(); // the light beside the camera goes out
    this.camera = null;
    this.onchange();
    return "off";
  }

  /* Front and back on phones, the next one on computers. Phones open one camera at a time. */
  async switchCamera() {
    const { video } = await this.devices();
    const touch = matchMedia("(pointer: coarse)").matches;
    this.facing = this.facing === "user" ? "environment" : "user";
    const now = video.findIndex((one) => one.deviceId === this.camera?.getSettings().deviceId);
    this.chosen.video = touch ? undefined : video[(now + 1) % video.length]?.deviceId;
    this.camera?.stop();
    return this.fetchCamera();
  }

  get mirrored() { return (this.camera?.getSettings().facingMode || "user") === "user"; }

  async share() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 8 } }, audio: false });
    [this.screen] = stream.getVideoTracks();
    this.screen.contentHint = "text";
    this.screen.onended = () => this.unshare();
    this.onchange();
  }

  unshare() { if (!this.screen) return; this.screen.stop(); this.screen = null; this.onchange(); }
  level() { return this.micOn && !this.held && this.meter ? this.meter.read() : 0; }
  close() { for (const track of [this.mic, this.camera, this.screen]) track?.stop(); this.mic = this.camera = this.screen = null; this.meter?.close(); }
}
