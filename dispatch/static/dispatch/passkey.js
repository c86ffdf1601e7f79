// Shows what needs a passkey only where the browser has them, and says when it did not work.

const able = "PublicKeyCredential" in window;
for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = !able;
for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = able;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // said on the page instead of in the console
  for (const part of document.querySelectorAll("[data-passkey-failed]")) part.hidden = false;
});
