/* How loud somebody is, 0 to 1, from an AnalyserNode. Nothing is kept but the number.

   One AudioContext serves the whole page; browsers let it run only after a press on the page. */

let context;

export function unlock() {
  if (!window.AudioContext) return null;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

export class Level {
  constructor(stream) {
    if (!unlock() || !stream.getAudioTracks().length) return;
    this.source = context.createMediaStreamSource(stream);
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 512;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source.connect(this.analyser);
  }

  read() {
    if (!this.analyser) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.min(1, Math.sqrt(sum / this.samples.length) * 4);
  }

  close() { this.source?.disconnect(); }
}

/* Two soft notes: a test of the loudspeaker, and somebody at the door. */
export function chime(low = 523, high = 784) {
  const audio = unlock();
  if (!audio) return;
  [[0, low], [0.22, high]].forEach(([after, frequency]) => {
    const at = audio.currentTime + after + 0.05;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.2, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  });
}
