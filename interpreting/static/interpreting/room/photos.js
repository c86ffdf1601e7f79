/* A photo of a paper on its way: made small, cut into pieces, put together again.

   It is drawn again at 1600 px at most, which also drops its metadata (place, device, time). The
   pieces wait while a channel is full, so that the voice gets through; memory is all it is kept in.
   What comes from another page is shown only if this page could have made it: a small file of
   another kind may unfold to gigabytes. */

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

/* A JPEG of at most 1600 px, by its first frame header (a decoder takes no second one). */
export function likeOurs(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return false;
  for (let at = 2; at + 9 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return Math.max(view.getUint16(at + 5), view.getUint16(at + 7)) <= LONGEST;
  }
  return false;
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
    const end = photo.got + data.byteLength;
    if (end <= photo.bytes.length) photo.bytes.set(new Uint8Array(data), photo.got);
    photo.got = end;
    if (end < photo.bytes.length) return null;
    this.parts.delete(seat);
    const sound = end === photo.bytes.length && likeOurs(photo.bytes);
    return sound ? { id: photo.id, blob: new Blob([photo.bytes], { type: "image/jpeg" }) } : null;
  }

  begin(seat, text) {
    let header;
    try { header = JSON.parse(text); } catch { return; }
    if (!Number.isInteger(header?.size) || header.size < 1 || header.size > HEAVIEST) return;
    this.parts.set(seat, { id: String(header.id).slice(0, 64), got: 0, bytes: new Uint8Array(header.size) });
  }
}
