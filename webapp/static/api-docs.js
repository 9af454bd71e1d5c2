// Draws the API's document so that each route can be read and tried.
const routes = document.getElementById("routes");
window.SwaggerUIBundle({
  domNode: routes,
  url: routes.dataset.document,
  deepLinking: true,
  persistAuthorization: false, // a token stays on the page, not in the browser
  validatorUrl: null, // no other host is asked
});
