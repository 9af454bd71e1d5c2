// Passkeys: a button asks the device, and the form takes what it answers. Without them the buttons stay hidden.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What the page asks for, with bytes in the place of text. name: of a person who has none yet. */
function asked(button, name) {
  const options = JSON.parse(button.dataset.passkey);
  options.challenge = toBytes(options.challenge);
  options.excludeCredentials?.forEach((one) => (one.id = toBytes(one.id)));
  if (options.user) {
    options.user.id = toBytes(options.user.id);
    options.user.name ||= name;
    options.user.displayName ||= name;
  }
  return options;
}

/** What the device answered, as the site reads it. */
function written({ id, rawId, type, response }) {
  const parts = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) parts[part] = toText(response[part]);
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: parts, clientExtensionResults: {} });
}

const TROUBLE = {
  NotAllowedError: "No passkey was used. You can try again, or use a password.",
  InvalidStateError: "This device has a passkey for this account already.",
};

async function use(button) {
  const { form } = button;
  const says = form.querySelector(".passkey-says");
  if (![...form.elements].every((field) => field.name === "password" || field.reportValidity())) return;
  says.textContent = "";
  try {
    const publicKey = asked(button, form.elements.name?.value.trim());
    const credential = await navigator.credentials[publicKey.user ? "create" : "get"]({ publicKey });
    form.elements.passkey.value = written(credential);
    if (form.elements.password) form.elements.password.value = "";
    form.submit(); // the password is not asked for
  } catch (error) {
    says.textContent = TROUBLE[error.name] ?? "This browser cannot use a passkey here. A password will do.";
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    for (const part of button.form.querySelectorAll(".passkey")) part.hidden = false;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      use(button);
    });
  }
}
