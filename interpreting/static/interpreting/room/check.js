/* Before the room: can I be seen and heard? Everything here stays on this device.

   Each failure gets its own words of help; no camera is fine, no microphone leads to the telephone. */

import { chime, unlock } from "./levels.js";
import { all, find, t } from "./texts.js";

const CHECKED = "tsunagi.room.checked";
const HELP = { denied: "help_denied", in_use: "help_in_use", unsupported: "old_browser" };

export class Check {
  constructor(element, media, { onready }) {
    Object.assign(this, { element, media, onready });
    this.preview = find("preview", element);
    this.bar = find("level", element);
    const press = { start: () => this.open(true), "without-camera": () => this.open(false), again: () => this.open(media.cameraOn || !media.audioOnly), sound: () => chime(), ready: () => this.finish() };
    for (const [name, action] of Object.entries(press)) for (const button of all(`check-${name}`, element)) button.addEventListener("click", action);
    for (const select of all("choose", element)) select.addEventListener("change", async () => this.report({ [select.dataset.choose === "audio" ? "microphone" : "camera"]: await media.choose(select.dataset.choose, select.value) }));
  }

  /* Must begin in a press: phones start sound and ask for the camera only then. */
  async open(camera) {
    unlock();
    this.element.setAttribute("aria-busy", "true");
    const result = await this.media.open({ camera });
    this.element.removeAttribute("aria-busy");
    this.report(result);
    if (this.media.mic) await this.list();
    return result;
  }

  /* A reload goes straight back in; who interprets or sits at the desk checks once on a device. */
  async skip({ back, regular }) {
    const may = async (name) => (await navigator.permissions.query({ name })).state === "granted";
    try {
      if (!back && !(regular && localStorage.getItem(CHECKED) && await may("microphone") && (this.media.audioOnly || await may("camera")))) return;
    } catch { return; }
    await this.open(this.media.cameraOn);
    if (back || this.media.mic) this.finish();
  }

  report({ microphone = "ok", camera = "ok" }) {
    const { element, media } = this;
    const bad = !["ok", "off"].includes(microphone) ? HELP[microphone] || "help_no_microphone" : !["ok", "off"].includes(camera) ? HELP[camera] || "help_no_camera" : "";
    find("help", element).hidden = !bad;
    find("help-text", element).textContent = bad && t(bad);
    element.dataset.state = media.mic || media.camera ? "open" : "refused";
    element.dataset.camera = Boolean(media.camera);
    this.preview.srcObject = media.camera ? new MediaStream([media.camera]) : null;
    this.preview.dataset.mirrored = media.mirrored;
    if (media.camera) this.preview.play().catch(() => {});
    this.timer ??= setInterval(() => { this.bar.value = media.level(); }, 100);
    find("check-ready", element)?.focus();
  }

  async list() {
    const found = await this.media.devices();
    for (const select of all("choose", this.element)) {
      const devices = found[select.dataset.choose];
      const now = (select.dataset.choose === "audio" ? this.media.mic : this.media.camera)?.getSettings().deviceId;
      select.replaceChildren(...devices.map((one, index) => new Option(one.label || `${index + 1}`, one.deviceId, false, one.deviceId === now)));
      select.closest("[data-field]").hidden = devices.length < 2;
    }
  }

  finish() {
    unlock();
    if (this.media.mic) try { localStorage.setItem(CHECKED, "1"); } catch { /* private window */ }
    clearInterval(this.timer);
    this.timer = null;
    this.preview.srcObject = null;
    this.onready();
  }
}
