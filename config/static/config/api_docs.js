/* Shows the API's description. Deep links work; nothing is sent anywhere but to this site. */
"use strict";

const place = document.getElementById("api");
window.SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  persistAuthorization: false,
});
