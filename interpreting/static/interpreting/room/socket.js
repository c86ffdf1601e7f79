/* The line to the server: hints about the room, and signals for the other pages.

   It reconnects by itself and never touches the connections between people. While there is no
   socket the state of the room is polled. Signals wait in a queue; everything else that cannot be
   sent now is dropped, because the page sends its state again after each welcome. */

const POLL = 5000;
const PING = 10_000;
const SILENT = 16_000; // nothing heard for so long: the line is dead although it looks open
const PACE = 60; // milliseconds between two signals; the server cuts off who sends too much
const AHEAD = 40; // signals that may leave at once after a pause: meeting four people takes no longer
const FINAL = { 4000: "left", 4401: "expired", 4403: "removed", 4409: "replaced", 4410: "ended" };

/* Removed, expired or ended, as the server says. */
async function why(answer) {
  if (answer.status !== 410) return "expired";
  try { return (await answer.json()).reason || "ended"; } catch { return "ended"; }
}

export class RoomSocket {
  constructor(address, stateUrl, session) {
    Object.assign(this, { address, stateUrl, session, handlers: {}, queue: [], attempts: 0, wanted: false });
    this.heard = performance.now();
    this.timers = [setInterval(() => this.check(), PING / 2), setInterval(() => this.poll(), POLL), setInterval(() => this.flush(), PACE)];
    addEventListener("online", () => this.connect());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
    this.connect();
  }

  on(type, handler) { this.handlers[type] = handler; return this; }
  tell(message) { this.handlers[message.type]?.(message); }
  get open() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.retry);
    if (this.stopped || this.open || this.socket?.readyState === WebSocket.CONNECTING) return;
    const address = new URL(this.address, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.socket = new WebSocket(address);
    socket.onopen = () => { this.heard = performance.now(); this.attempts = 0; this.tell({ type: "line", open: true }); if (this.wanted) this.join(); };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.closed(socket, event.code);
  }

  receive(text) {
    this.heard = performance.now();
    let message;
    try { message = JSON.parse(text); } catch { return; }
    if (message.type === "welcome") this.welcomed = true;
    if (message.type === "gone") this.stop();
    if (message.type === "error" && message.code === "too_fast") this.rest = performance.now() + 2000;
    this.tell(message);
  }

  closed(socket, code) {
    if (this.socket !== socket || this.stopped) return;
    this.welcomed = false;
    this.tell({ type: "line", open: false });
    if (FINAL[code]) { this.stop(); this.tell({ type: "gone", reason: FINAL[code] }); return; }
    this.poll();
    this.retry = setTimeout(() => this.connect(), Math.min(10_000, 500 * 2 ** this.attempts++) * (0.5 + Math.random() / 2));
  }

  /* Asks for media; from now on again after every reconnect. */
  join() {
    this.wanted = true;
    if (this.open) this.socket.send(JSON.stringify({ type: "join", session: this.session }));
  }

  /* Signals wait for a line; a late pointer or cue would only confuse. Returns whether it left. */
  send(message) {
    if (message.type === "signal") { if (this.queue.length < 400) this.queue.push(message); this.flush(); return true; }
    const ready = this.open && (this.rest || 0) < performance.now();
    if (ready) this.socket.send(JSON.stringify(message));
    return ready;
  }

  /* Signals of a connection that is no more. */
  unsay(seat) { this.queue = this.queue.filter((one) => one.to !== seat); }

  flush() {
    if (!this.welcomed || !this.open || !this.queue.length) return;
    const now = performance.now();
    if ((this.rest || 0) > now) return;
    this.credit = Math.min(AHEAD, (this.credit ?? AHEAD) + (now - (this.counted ?? now)) / PACE);
    this.counted = now;
    for (; this.credit >= 1 && this.queue.length; this.credit -= 1) this.socket.send(JSON.stringify(this.queue.shift()));
  }

  check() {
    if (this.stopped || !this.open) return;
    if (performance.now() - this.heard > SILENT) { this.drop(); return; }
    if (performance.now() - (this.pinged || 0) > PING) { this.pinged = performance.now(); this.socket.send('{"type":"ping"}'); }
  }

  drop() { // a dead socket may take minutes to say that it closed
    const dead = this.socket;
    dead.onclose = dead.onmessage = null;
    dead.close();
    this.closed(dead, 1006);
  }

  wake() { if (this.open) { this.pinged = 0; this.check(); } else { this.attempts = 0; this.connect(); } }

  async poll() {
    if (this.stopped || this.open || !this.stateUrl) return;
    try {
      const answer = await fetch(this.stateUrl, { headers: { "X-Requested-With": "fetch" }, cache: "no-store", signal: AbortSignal.timeout?.(POLL) });
      if ([403, 404, 410].includes(answer.status)) { const reason = await why(answer); this.stop(); this.tell({ type: "gone", reason }); }
      else if (answer.ok && !answer.redirected) this.tell(await answer.json());
    } catch { /* no network: the banner says so */ }
  }

  stop() {
    this.stopped = true;
    this.timers.forEach(clearInterval);
    clearTimeout(this.retry);
    const socket = this.socket;
    setTimeout(() => socket?.close(), 200);
  }
}
