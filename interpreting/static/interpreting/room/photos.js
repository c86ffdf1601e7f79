/* A photo of a paper on its way: made small, cut into pieces, put together again.

   It is drawn again at 1600 px at most, which also drops its metadata (place, device, time). The
   pieces wait while a channel is full, so that the voice gets through; memory is all it is kept in. */

const LONGEST = 1600; // px
const PIECE = 16_000; // bytes; every browser takes messages of this size
const AHEAD = 64_000; // bytes that may wait in a channel
const HEAVIEST = 4_000_000;

export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.75); });
}

export async function pour(channel, header, bytes) {
  channel.bufferedAmountLowThreshold = AHEAD / 2;
  channel.send(JSON.stringify(header));
  for (let at = 0; at < bytes.byteLength; at += PIECE) {
    if (channel.bufferedAmount > AHEAD) await new Promise((resolve) => { channel.addEventListener("bufferedamountlow", resolve, { once: true }); setTimeout(resolve, 1000); });
    if (channel.readyState !== "open") return;
    channel.send(bytes.slice(at, at + PIECE));
  }
}

/* Photos that have come in part, one a seat. */
export class Arrivals {
  constructor() { this.parts = new Map(); }
  forget(seat) { this.parts.delete(seat); }

  /* A header as text, then bytes; returns {id, blob} with the last piece. */
  take(seat, data) {
    if (typeof data === "string") { this.begin(seat, data); return null; }
    const photo = this.parts.get(seat);
    if (!photo) return null;
    photo.pieces.push(data);
    photo.got += data.byteLength;
    if (photo.got < photo.size) return null;
    this.parts.delete(seat);
    return photo.got === photo.size ? { id: photo.id, blob: new Blob(photo.pieces, { type: "image/jpeg" }) } : null;
  }

  begin(seat, text) {
    let header;
    try { header = JSON.parse(text); } catch { return; }
    if (header?.size > 0 && header.size <= HEAVIEST) this.parts.set(seat, { id: String(header.id), size: header.size, got: 0, pieces: [] });
  }
}
