// Messages in the corner, dialogs that the server fills, and what to do when an answer is no page.
const LASTS = 6000;

function settle(notice) {
  if (notice.dataset.settled) return;
  notice.dataset.settled = "1";
  if (!notice.matches(".danger")) setTimeout(() => notice.matches(":hover, :focus-within") || notice.remove(), LASTS);
}

grial.notice = (text, tone = "info", link) => {
  const box = document.getElementById("notices");
  if (!box) return;
  const notice = document.createElement("div");
  notice.className = `notice ${tone}`;
  if (tone === "danger") notice.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { href: link.url, textContent: link.label, target: link.target ?? "" });
    words.append(" ", anchor);
  }
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "close", textContent: "×" });
  close.setAttribute("aria-label", box.dataset.close);
  close.dataset.dismiss = "";
  notice.append(words, close);
  for (const other of box.children) if (other.querySelector("p")?.textContent === text) other.remove();
  box.append(notice);
  settle(notice);
};

document.addEventListener("click", (event) => event.target.closest?.("[data-dismiss]")?.closest(".notice")?.remove());
new MutationObserver(() => document.querySelectorAll("#notices > .notice").forEach(settle)).observe(document.getElementById("notices") ?? document.body, { childList: true });
document.querySelectorAll("#notices > .notice").forEach(settle);

document.addEventListener("grial:notice", (event) => grial.notice(event.detail.text, event.detail.tone));
document.addEventListener("grial:dialog", () => {
  const dialog = document.getElementById("dialog");
  if (!dialog.open) dialog.showModal();
});
document.addEventListener("grial:close", () => document.getElementById("dialog").close());
// A record made in a dialog goes into the field that asked for it; a form that is being edited stays as it is.
document.addEventListener("grial:made", (event) => grial.asker?.isConnected && grial.asker.take(event.detail.value, event.detail.text));
document.addEventListener("grial:reload", () => document.querySelector("#main form.editing") || grial.visit(location.pathname + location.search, { push: "false", swap: "outerMorph show:none" }));
document.addEventListener("click", (event) => {
  const away = event.target.closest?.("dialog [data-close], #dialog [data-cancel]");
  if (!away) return;
  event.preventDefault();
  event.stopPropagation();
  leave(away.closest("dialog"));
}, true);

// What was typed in a dialog is not thrown away by Escape alone; a closed dialog leaves nothing behind.
async function leave(dialog) {
  const typed = dialog.querySelector("form.editing[data-dirty]");
  if (!typed || (await grial.confirm(grial.words.unsaved, grial.words.leave))) dialog.close();
}
const shown = document.getElementById("dialog");
shown?.addEventListener("cancel", (event) => {
  if (event.target !== shown) return;
  event.preventDefault();
  leave(shown);
});
shown?.addEventListener("close", () => {
  grial.asker = null;
  document.getElementById("dialog-body").replaceChildren();
});

// An answer without our page in it must not empty the screen: say what it says, or go there.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 200;
  const typed = document.querySelector("gr-form form.editing[data-dirty]");
  if (status >= 400 && typed && ctx.select === "#main" && !ctx.text.includes('id="record"')) {
    event.preventDefault();
    return tell(ctx.text);
  }
  if (ctx.swap === "none" || ctx.select !== "#main" || ctx.text.includes('id="main"')) return;
  event.preventDefault();
  if (status < 400) location.assign(ctx.response.raw.url);
  else tell(ctx.text);
});

// What a page of refusal says, in the corner.
function tell(text) {
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  const told = [...(main?.querySelectorAll("h1, p:not(.buttons)") ?? [])].map((part) => part.textContent.trim()).filter((part) => part && !/^\d+$/.test(part));
  grial.notice(told.slice(0, 3).join(" · ") || grial.words.fault, "danger");
}

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) grial.notice(grial.words.offline, "danger");
});
