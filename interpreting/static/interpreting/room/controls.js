/* The buttons of the room: each [data-do] names what it does.

   Labels change with the state, so that a button always says what a press will do. */

import { all, find, symbol, t } from "./texts.js";

function relabel(name, icon, words, on) {
  for (const button of all(`do="${name}"`)) {
    button.querySelector("svg").replaceWith(symbol(icon));
    find("label", button).textContent = words;
    button.dataset.on = on;
  }
}

/* Shows mute, camera and sharing as they are. */
export function showMedia(media, camera = media.cameraOn) {
  relabel("mic", media.micOn ? "mic" : "mic-off", t(media.micOn ? "mute" : "unmute"), media.micOn && Boolean(media.mic));
  relabel("camera", camera ? "camera" : "camera-off", t(camera ? "camera_off" : "camera_on"), camera);
  relabel("screen", "screen", t(media.screen ? "stop_sharing" : "share_screen"), Boolean(media.screen));
}

/* What this device can do at all: share a screen, or take a photo of a paper. */
export function showAbilities(media) {
  const screens = Boolean(navigator.mediaDevices?.getDisplayMedia) && !matchMedia("(pointer: coarse)").matches;
  for (const button of all('do="screen"')) button.hidden = !screens;
  for (const button of all('do="camera"')) button.hidden = media.audioOnly;
  media.devices().then(({ video }) => { for (const button of all('do="switch"')) button.hidden = media.audioOnly || video.length < 2; }).catch(() => {});
}

const press = (button, on) => button.setAttribute("aria-pressed", String(on));

export function bindControls(root, room) {
  const { media, chat, documents, stage } = room;
  const photo = find("photo", root);
  const leaving = document.getElementById("leave-dialog");
  const actions = {
    mic: () => media.setMic(!media.micOn),
    camera: () => media.setCamera(!media.cameraOn),
    switch: () => media.switchCamera(),
    chat: () => {
      const open = chat.toggle(), opener = find('do="chat"', root);
      root.dataset.chat = open;
      opener.setAttribute("aria-expanded", String(open));
      if (!open) opener.focus();
    },
    larger: () => chat.letters(1),
    smaller: () => chat.letters(-1),
    more: (button) => { const menu = find("menu", root); menu.hidden = !menu.hidden; button.setAttribute("aria-expanded", String(!menu.hidden)); },
    photo: () => photo.click(),
    screen: () => (media.screen ? media.unshare() : media.share().catch(() => {})),
    "close-document": () => { if (documents.mine) documents.closeMine(); else documents.hide(); },
    "zoom-in": () => documents.zoomTo(documents.zoom + 1),
    "zoom-out": () => documents.zoomTo(documents.zoom - 1),
    point: (button) => { documents.pointing = !documents.pointing; press(button, documents.pointing); documents.element.dataset.pointing = documents.pointing; },
    sound: (button) => { stage.resume(); button.hidden = true; },
    cue: (button) => room.notices.cue(button.value),
    leave: () => leaving.showModal(),
    stay: () => leaving.close(),
    "leave-now": () => { leaving.close(); room.leave(); },
    "break-later": () => { find("break", root).hidden = true; },
    "break-take": () => { find("break", root).hidden = true; room.notices.cue("break"); },
    "hide-phone": () => { const box = find("telephone", root); box.hidden = true; delete box.dataset.asked; },
    "show-phone": () => { const box = find("telephone", root); box.dataset.asked = ""; box.hidden = false; box.querySelector("[type=tel]")?.focus(); },
    people: () => room.desk?.open(),
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const menu = find("menu", root);
    if (button) actions[button.dataset.do]?.(button);
    if (!menu.hidden && button?.dataset.do !== "more") { menu.hidden = true; find('do="more"', root).setAttribute("aria-expanded", "false"); }
  });
  root.addEventListener("keydown", (event) => { const menu = find("menu", root); if (event.key === "Escape" && !menu.hidden) { menu.hidden = true; const more = find('do="more"', root); more.setAttribute("aria-expanded", "false"); more.focus(); } });
  photo.addEventListener("change", () => { const [file] = photo.files; photo.value = ""; if (file) documents.showPhoto(file).catch(() => {}); });
}
