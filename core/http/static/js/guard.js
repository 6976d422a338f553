// Nothing that was typed gets lost: unsaved forms ask before they go, an ended session is renewed beside the form.
const changed = () => document.querySelector("gr-form form.editing[data-dirty]");

addEventListener("beforeunload", (event) => {
  if (changed()) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || !changed() || link.target === "_blank" || link.getAttribute("href").startsWith("#") || link.hasAttribute("download")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || link.closest("#notices")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await grial.confirm(grial.words.unsaved, grial.words.leave)) {
    delete changed()?.dataset.dirty;
    link.click();
  }
}, true);

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status !== 401 || !changed()) return;
  event.preventDefault();
  grial.notice(grial.words.signin, "danger", { url: "/web/login?redirect=/web", label: grial.words.signinLink ?? "→", target: "_blank" });
  addEventListener("focus", renew);
});

async function renew() {
  const answer = await grial.fetch("/web/token").catch(() => null);
  if (!answer?.ok) return;
  removeEventListener("focus", renew);
  grial.retoken(await answer.text());
  document.querySelectorAll("#notices > .danger").forEach((notice) => notice.remove());
}
