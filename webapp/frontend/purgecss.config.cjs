// What of Bootstrap the pages use: every class named in a template or a script.
module.exports = {
  content: ["../templates/**/*.html", "../static/js/*.js"],
  variables: true,
  safelist: { standard: ["[data-bs-theme]"] },
};
