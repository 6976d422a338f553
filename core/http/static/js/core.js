// What our scripts share: the words of the page, requests with our token, visits, and a few helpers.
const words = document.getElementById("words")?.dataset ?? {};

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}")["X-CSRF-Token"] ?? "";
}

function retoken(fresh) {
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRF-Token": fresh }));
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = fresh;
}

// Times are shown in the zone of the browser until the reader chooses one.
document.cookie = `tz=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/;max-age=31536000;samesite=lax`;

const PAGE = { target: "#main", select: "#main", selectOOB: "#side:outerMorph,#where:innerHTML,#notices:beforeend", swap: "outerHTML show:top" };

globalThis.grial = {
  words,
  token,
  retoken,
  say: (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all),
  fold: (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim(),
  typing: (element) => element?.matches?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]") ?? false,
  fetch: (url, options = {}) => fetch(url, { ...options, headers: { "HX-Request": "true", "X-CSRF-Token": token(), ...options.headers } }),

  // Go to a page of ours as a link would.
  visit(url, options = {}) {
    if (globalThis.htmx) return htmx.ajax("GET", url, { ...PAGE, push: "true", ...options });
    location.assign(url);
  },

  // Ask a yes-or-no question; the answer is a promise.
  confirm(text, yes = "", tone = "") {
    const dialog = document.getElementById("confirm");
    if (!dialog) return Promise.resolve(globalThis.confirm(text));
    document.getElementById("confirm-text").textContent = text;
    const button = dialog.querySelector("[data-yes]");
    button.dataset.usual ??= button.textContent;
    button.textContent = yes || button.dataset.usual;
    button.classList.toggle("danger", tone === "danger");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      const closed = () => {
        if (dialog.open) return; // that was the end of an earlier question
        dialog.removeEventListener("close", closed);
        resolve(dialog.returnValue === "yes");
      };
      dialog.addEventListener("close", closed);
    });
  },
};

// A morph leaves what a person toggled as it is; here the server's word counts. A list that is open for the field with the
// focus stays open.
function follow(before, after) {
  if (before instanceof HTMLInputElement && (before.type === "checkbox" || before.type === "radio")) before.checked = after.hasAttribute("checked");
  return !(before instanceof Element && before.matches("[role=listbox]:not([hidden])") && before.parentElement.contains(document.activeElement));
}

const LISTED = ["aria-expanded", "aria-activedescendant"];

function register() {
  globalThis.htmx?.registerExtension?.("grial", {
    htmx_before_morph_node: (node, { newNode }) => follow(node, newNode),
    htmx_before_morph_attr: (element, { attrName, newValue }) =>
      !(attrName === "open" && newValue === null && element.matches("details.submenu")) && !(LISTED.includes(attrName) && element === document.activeElement),
  });
}
register();

document.addEventListener("htmx:after:swap", () => {
  for (const select of document.querySelectorAll("#record select")) {
    if (select !== document.activeElement) select.value = (select.querySelector("option[selected]") ?? select.options[0])?.value ?? "";
  }
  const main = document.getElementById("main");
  if (document.activeElement === document.body) main?.focus({ preventScroll: true });
  document.getElementById("side")?.classList.remove("open");
});

// Questions before a button acts: the form goes on when the answer is yes.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-confirm]");
  if (!button || button.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await grial.confirm(button.dataset.confirm, button.dataset.yes, button.matches(".danger") ? "danger" : "")) {
    button.dataset.sure = "1";
    button.click();
    delete button.dataset.sure;
  }
}, true);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset?.confirm || form.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await grial.confirm(form.dataset.confirm)) {
    form.dataset.sure = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.sure;
  }
}, true);

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[aria-disabled=true]")) event.preventDefault();
}, true);
