"""A bare two-page WebRTC call in Chromium: what the browser itself needs to the first frame.

The yardstick for rooms: no server, no signalling but this process handing descriptions over, fake
camera and microphone, both pages in one browser on loopback.
"""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page

CALL_ARGUMENTS = [
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
"""What Chromium needs on top of the usual flags to hold a call without people or devices."""

# camera, connection and a muted <video>; resolves when the local tracks are added
OPEN = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  const pc = window.pc = new RTCPeerConnection();
  stream.getTracks().forEach((track) => pc.addTrack(track, stream));
  window.firstFrame = new Promise((resolve) => {
    pc.ontrack = ({ track, streams }) => {
      if (track.kind !== "video") return;
      const video = document.createElement("video");
      video.muted = video.autoplay = video.playsInline = true;
      video.srcObject = streams[0];
      document.body.append(video);
      video.requestVideoFrameCallback(() => resolve(performance.timeOrigin + performance.now()));
    };
  });
  window.gathered = () => new Promise((resolve) => {
    if (pc.iceGatheringState === "complete") return resolve(pc.localDescription.toJSON());
    pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && resolve(pc.localDescription.toJSON());
  });
}"""
OFFER = "async () => { await pc.setLocalDescription(); return gathered(); }"
ANSWER = (
    "async (offer) => { await pc.setRemoteDescription(offer);"
    " await pc.setLocalDescription(); return gathered(); }"
)
FINISH = "(answer) => pc.setRemoteDescription(answer)"
NOW = "() => performance.timeOrigin + performance.now()"


def first_frame(browser: Browser, address: str) -> float:
    """Milliseconds from the offer to the later of the two first frames.

    ``address``: any page of a secure origin (loopback counts), because devices need one.
    """
    contexts: list[BrowserContext] = []
    try:
        pages: list[Page] = []
        for _ in range(2):
            contexts.append(browser.new_context(permissions=["camera", "microphone"]))
            page = contexts[-1].new_page()
            page.goto(address)
            page.evaluate(OPEN)
            pages.append(page)
        caller, callee = pages
        began = float(caller.evaluate(NOW))
        answer = callee.evaluate(ANSWER, caller.evaluate(OFFER))
        caller.evaluate(FINISH, answer)
        return max(float(page.evaluate("() => firstFrame")) for page in pages) - began
    finally:
        for context in contexts:
            context.close()
