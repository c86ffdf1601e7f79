/* How good the line is, and what follows from it: the voice first, the picture as far as it goes.

   `Quality` looks at getStats every two seconds. Levels 0 to 4 are for people (five bars); the plan
   0 to 4 limits what we send: 0 sends no picture at all, and returns when the line stays good. */

const EVERY = 2000;
const START = 2; // begins at 150 kbit/s: three people fit through 400 kbit/s
const PLANS = [
  { active: false, maxBitrate: 50_000, scaleResolutionDownBy: 4, maxFramerate: 5 },
  { active: true, maxBitrate: 80_000, scaleResolutionDownBy: 3, maxFramerate: 10 },
  { active: true, maxBitrate: 150_000, scaleResolutionDownBy: 2, maxFramerate: 15 },
  { active: true, maxBitrate: 350_000, scaleResolutionDownBy: 1, maxFramerate: 20 },
  { active: true, maxBitrate: 700_000, scaleResolutionDownBy: 1, maxFramerate: 24 },
];
const SCREENS = [60_000, 120_000, 250_000, 500_000, 1_000_000];
const BAD = 2, GOOD = 4, LONGEST = 32; // looks in a row before a step down, and up
const FINDING = 5; // looks until somebody must have been reached

export const limitsOf = (plan) => ({
  camera: PLANS[plan],
  screen: { active: true, maxBitrate: SCREENS[plan], scaleResolutionDownBy: 1, maxFramerate: plan < 2 ? 3 : 8 },
});

export function levelOf({ loss, rtt }) {
  if (loss < 0.01 && rtt < 250) return 4;
  if (loss < 0.03 && rtt < 500) return 3;
  if (loss < 0.08 && rtt < 900) return 2;
  return loss < 0.2 && rtt < 2000 ? 1 : 0;
}

/* One look at one connection. Loss is 0 to 1, rtt milliseconds, room bit/s left for sending. */
export async function look(peer) {
  const found = { loss: 0, out: 0, rtt: 0, relayed: false, room: Infinity, heard: true };
  if (!peer.connected) return { ...found, level: 0, connected: false };
  const stats = await peer.pc.getStats();
  const before = peer.counted || {};
  const now = peer.counted = { lost: 0, got: 0 };
  for (const one of stats.values()) {
    if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") {
      found.rtt = (one.currentRoundTripTime || 0) * 1000;
      found.room = one.availableOutgoingBitrate || Infinity;
      found.relayed = stats.get(one.localCandidateId)?.candidateType === "relay" || stats.get(one.remoteCandidateId)?.candidateType === "relay";
    }
    if (one.type === "inbound-rtp") { now.lost += one.packetsLost || 0; now.got += one.packetsReceived || 0; }
    if (one.type === "remote-inbound-rtp") found.out = Math.max(found.out, one.fractionLost || 0);
  }
  const got = now.got - (before.got || 0), lost = Math.max(0, now.lost - (before.lost || 0));
  found.heard = got > 0;
  found.loss = Math.max(found.out, got + lost ? lost / (got + lost) : 0);
  return { ...found, connected: true, level: levelOf(found) };
}

export class Quality {
  constructor({ peers, onlook, onplan }) {
    Object.assign(this, { peers, onlook, onplan, plan: START, bad: 0, good: 0, wait: GOOD, quickest: Infinity, waited: 0 });
    this.timer = setInterval(() => this.tick(), EVERY);
  }

  async tick() {
    const peers = this.peers();
    const looks = await Promise.all(peers.map((peer) => look(peer).catch(() => null)));
    const seen = new Map(peers.map((peer, index) => [peer.seat, looks[index]]).filter(([, one]) => one));
    const linked = [...seen.values()].filter((one) => one.connected);
    if (linked.length) this.judge(linked);
    this.onlook(seen, this.worst(linked, peers.length));
  }

  worst(looks, count) {
    this.waited = looks.length ? Infinity : this.waited + 1;
    // while people are still finding each other nothing is known: that is no bad line
    if (!looks.length) return { level: count && this.waited > FINDING ? 0 : null, relayed: false, rtt: 0, loss: 0 };
    return {
      level: Math.min(...looks.map((one) => one.level)),
      relayed: looks.some((one) => one.relayed),
      rtt: Math.round(Math.max(...looks.map((one) => one.rtt))),
      loss: Number(Math.max(...looks.map((one) => one.loss)).toFixed(3)),
    };
  }

  /* Quick down, slow up; a step up that did not last makes the next one wait twice as long. */
  judge(looks) {
    const rtt = Math.max(...looks.map((one) => one.rtt));
    this.quickest = Math.min(this.quickest, rtt || Infinity);
    const lossy = looks.some((one) => one.out > 0.1);
    const queued = rtt > this.quickest + 400; // our own packets stand in line
    const narrow = looks.some((one) => one.room < PLANS[this.plan].maxBitrate * 0.8);
    const hopeless = looks.some((one) => one.out > 0.15 || one.rtt > this.quickest + 800 || one.room < 40_000);
    const clean = looks.every((one) => one.out < 0.03) && rtt < this.quickest + 200;
    const lower = this.plan > 1 ? lossy || queued || narrow : this.plan === 1 && hopeless; // the picture goes last
    if (lower) { this.bad += 1; this.good = 0; } else { this.bad = 0; this.good = clean ? this.good + 1 : 0; }
    if (this.bad >= (this.plan > 1 ? BAD : 2 * BAD)) { if (this.raised && performance.now() - this.raised < 20_000) this.wait = Math.min(LONGEST, this.wait * 2); this.move(-1); }
    else if (this.good >= this.wait && this.plan < PLANS.length - 1) { this.raised = performance.now(); this.move(1); }
  }

  move(by) {
    this.bad = this.good = 0;
    this.plan += by;
    this.onplan(this.plan);
  }

  close() { clearInterval(this.timer); }
}
