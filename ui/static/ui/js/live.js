/* A fragment that stays true: <div data-live="/ws/board/" data-live-url="/board/fragment/">.

   The socket carries only hints {type, id, version}; on each the fragment is fetched again with
   If-None-Match and swapped, keeping focus, typed text, scroll and open <details>. Without a
   socket it polls every data-live-interval seconds (5). data-live-state tells live, polling,
   stale or signed-out; elements with data-keep and an id survive the swap untouched. */

const STALE_AFTER = 30_000;
const SAFETY_POLL = 20_000; // a lost hint must not delay a screen for longer than this
const TIMEOUT = 10_000;

class Live {
  constructor(element) {
    this.element = element;
    this.url = element.dataset.liveUrl;
    this.interval = Number(element.dataset.liveInterval || 5) * 1000;
    this.etag = element.dataset.liveEtag || null;
    this.fresh = this.tried = this.ticked = Date.now();
    this.attempts = 0;
    this.timer = setInterval(() => this.tick(), 1000);
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    if (!this.element.dataset.live || this.stopped) return;
    const address = new URL(this.element.dataset.live, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket?.close();
    const socket = this.socket = new WebSocket(address);
    socket.onopen = () => { this.attempts = 0; this.refresh(); this.show(); };
    socket.onmessage = (event) => this.hint(event.data);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      const wait = Math.min(30_000, 1000 * 2 ** this.attempts++) * (0.5 + Math.random() / 2);
      this.retry = setTimeout(() => this.connect(), wait);
      this.show();
    };
  }

  get open() { return this.socket?.readyState === WebSocket.OPEN; }

  hint(text) {
    let detail;
    try { detail = JSON.parse(text); } catch { return; }
    this.element.dispatchEvent(new CustomEvent("live:changed", { bubbles: true, detail }));
    this.refresh();
  }

  wake() { // after sleep the socket may look open and be dead, and a fetch may hang
    this.request?.abort();
    this.again = false;
    this.refresh();
    if (!this.open) this.connect();
  }

  tick() {
    if (!this.element.isConnected) return this.stop();
    const now = Date.now();
    const slept = now - this.ticked > 5000 && document.visibilityState === "visible";
    this.ticked = now;
    if (slept) { this.socket?.close(); this.wake(); }
    else if (now - this.tried >= (this.open ? SAFETY_POLL : this.interval)) this.refresh();
    this.show();
  }

  async refresh() {
    if (this.stopped) return;
    if (this.request) { this.again = true; return; }
    const request = this.request = new AbortController();
    const timeout = setTimeout(() => request.abort(), TIMEOUT);
    this.tried = Date.now();
    try {
      const visible = document.visibilityState === "visible" && { "X-Page-Visible": "1" };
      const headers = { "X-Requested-With": "fetch", ...visible, ...(this.etag && { "If-None-Match": this.etag }) };
      const answer = await fetch(this.url, { headers, cache: "no-store", credentials: "same-origin", signal: request.signal });
      if (answer.redirected || answer.status === 401 || answer.status === 403) return this.stop("signed-out");
      if (answer.status === 200) { this.swap(await answer.text()); this.etag = answer.headers.get("ETag"); }
      if (answer.status === 200 || answer.status === 304) {
        this.fresh = Date.now();
        const date = Date.parse(answer.headers.get("Date") || "");
        if (date) document.documentElement.dataset.clockOffset = date + 500 - Date.now();
      }
    } catch { /* the age of what is shown says it: see show() */ } finally {
      clearTimeout(timeout);
      if (this.request === request) this.request = null;
      this.show();
      if (this.again) { this.again = false; this.refresh(); }
    }
  }

  swap(html) {
    const { element } = this;
    if (html === this.html) return;
    this.html = html;
    const active = element.contains(document.activeElement) ? document.activeElement : null;
    const opened = new Set([...element.querySelectorAll("details[open][id]")].map((one) => one.id));
    const scrolled = [...element.querySelectorAll("[id]")].filter((one) => one.scrollTop).map((one) => [one.id, one.scrollTop]);
    const typed = [...element.querySelectorAll("input[id], textarea[id]")].filter((one) => "defaultValue" in one && one.type !== "hidden" && one.value !== one.defaultValue).map((one) => [one.id, one.value]);
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const kept of element.querySelectorAll("[data-keep][id]")) template.content.getElementById(kept.id)?.replaceWith(kept);
    const place = active?.id && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
    element.replaceChildren(template.content);
    const find = (id) => element.querySelector(`#${CSS.escape(id)}`);
    for (const id of opened) find(id)?.setAttribute("open", "");
    for (const [id, value] of typed) { const one = find(id); if (one) one.value = value; }
    for (const [id, top] of scrolled) { const one = find(id); if (one) one.scrollTop = top; }
    const again = active?.id ? find(active.id) : active && this.like(active);
    if (again !== document.activeElement) again?.focus({ preventScroll: true });
    if (place && again?.setSelectionRange) try { again.setSelectionRange(...place); } catch { /* not a text field */ }
    window.htmx?.process(element);
    element.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
  }

  like(old) { // a link or button without an id is found again by where it leads
    const key = ["href", "formaction", "value", "name"].find((name) => old.getAttribute(name));
    return key && this.element.querySelector(`${old.localName}[${key}="${CSS.escape(old.getAttribute(key))}"]`);
  }

  show(state) {
    const old = Date.now() - this.fresh > STALE_AFTER;
    this.element.dataset.liveState = this.stopped || state || (old ? "stale" : this.open ? "live" : "polling");
    const banner = document.getElementById("connection-banner");
    const hidden = !document.querySelector('[data-live-state="stale"], [data-live-state="signed-out"]');
    if (banner && banner.hidden !== hidden) banner.hidden = hidden;
  }

  stop(state = "stopped") {
    this.stopped = state;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.socket?.close();
    this.show();
  }
}

const all = new Map();
function start() {
  for (const [element] of all) if (!element.isConnected) all.delete(element);
  for (const element of document.querySelectorAll("[data-live-url]")) if (!all.has(element)) all.set(element, new Live(element));
}
const wake = (event) => { if (document.visibilityState === "visible" && event.persisted !== false) all.forEach((one) => one.wake()); };
document.addEventListener("visibilitychange", wake);
addEventListener("pageshow", wake);
addEventListener("online", wake);
document.addEventListener("htmx:load", start);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
