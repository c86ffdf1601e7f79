/* A telephone that rings: the whole screen, sound and vibration while the live part holds a ring.

   <section data-ring="2026-11-22T10:00:40+09:00" id=…> rings until that instant (server's clock, as
   countdown.js counts). Browsers let a page sound only after a first press on it: any press will
   do, [data-ring-try] is one that sounds. While [data-on-call] is there the screen stays awake. */

const root = document.documentElement;
const said = document.querySelector("[data-ring-said]");
const title = document.title;
const BEAT = 2000;
let audio;
let beat;
let ringing = "";
let awake;

const now = () => Date.now() + Number(root.dataset.clockOffset || 0);

function unlock() {
  if (!window.AudioContext) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume().then(hint, () => {});
  hint();
}

/* Says whether a ring would be heard. */
function hint() {
  root.dataset.ringSound = audio?.state === "running" ? "on" : "off";
}

function tone(at, frequency) {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.3, at + 0.03);
  gain.gain.setValueAtTime(0.3, at + 0.35);
  gain.gain.linearRampToValueAtTime(0, at + 0.4);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.42);
}

function sound() {
  try { navigator.vibrate?.([500, 200, 500]); } catch { /* not pressed yet */ }
  if (audio?.state !== "running") return;
  for (const [n, frequency] of [784, 988, 784, 988].entries()) tone(audio.currentTime + n * 0.22, frequency);
}

function start(ring) {
  clearInterval(beat);
  root.dataset.ringing = "";
  root.dataset.rangAt = String(Date.now());
  const words = ring.querySelector("[data-ring-words]")?.textContent.trim() || "";
  if (said) said.textContent = words;
  document.title = `● ${words}`;
  ring.querySelector("h2")?.focus({ preventScroll: true });
  sound();
  beat = setInterval(sound, BEAT);
}

function stop() {
  clearInterval(beat);
  delete root.dataset.ringing;
  try { navigator.vibrate?.(0); } catch { /* not pressed yet */ }
  if (said) said.textContent = "";
  document.title = title;
}

/* Nothing behind a ring can be reached by keyboard or screen reader while it fills the screen. */
function cover(ring) {
  for (const one of document.querySelectorAll("[data-ring-behind]")) { one.inert = false; one.removeAttribute("data-ring-behind"); }
  for (let one = ring; one && one !== document.body; one = one.parentElement) {
    for (const other of one.parentElement.children) {
      if (other === one || other === said || other.inert || other.localName === "script") continue;
      other.inert = true;
      other.dataset.ringBehind = "";
    }
  }
}

function look() {
  const rings = [...document.querySelectorAll("[data-ring]")];
  const ring = rings.find((one) => Date.parse(one.dataset.ring) > now());
  for (const one of rings) {
    one.toggleAttribute("data-ring-now", one === ring);
    if (one === ring) { one.setAttribute("role", "alertdialog"); one.setAttribute("aria-modal", "true"); }
    else { one.removeAttribute("role"); one.removeAttribute("aria-modal"); }
  }
  if (ring || ringing) cover(ring);
  if ((ring?.id || "") === ringing) return;
  ringing = ring?.id || "";
  if (ring) start(ring); else stop();
}

/* A telephone that sleeps hears no socket; the lock ends by itself when the page is hidden. */
async function keepAwake() {
  const wanted = document.querySelector("[data-on-call]") && document.visibilityState === "visible";
  if (!wanted) { awake?.release().catch(() => {}); awake = null; return; }
  if (awake && !awake.released) return;
  try { awake = await navigator.wakeLock?.request("screen"); } catch { /* battery saver */ }
}

function all() { look(); keepAwake(); hint(); }

document.addEventListener("click", (event) => { if (event.target.closest?.("[data-ring-try]")) sound(); });
for (const press of ["pointerdown", "keydown", "click"]) document.addEventListener(press, unlock, true);
for (const event of ["live:swapped", "visibilitychange"]) document.addEventListener(event, all);
setInterval(look, 500);
root.dataset.ringScript = "";
all();
