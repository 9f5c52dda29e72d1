// What every page needs: local times, copy buttons, maths and diagrams where there are any.
// Runs over the page once and over everything htmx or the chat adds later.

const timeZone = document.body.dataset.zone || undefined; // unset: the browser's
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short", timeZone });
const PINNED_PIXELS = 48;

export function enhance(root) {
  root.querySelectorAll("time[datetime]").forEach(showLocalTime);
  root.querySelectorAll("pre.code").forEach(addCopyButton);
  if (document.body.dataset.vendor && root.querySelector(".math, .mermaid-source")) {
    import("./render.js").then(({ typeset }) => typeset(root));
  }
}

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

// -- scrolling: stay at the end for whoever is there, leave everybody else alone

export const scroller = document.querySelector("[data-scroll]");
let isPinned = false;
let lastTop = 0;

export function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  lastTop = scroller.scrollTop;
  isPinned = true;
}

// Also when something grows late, as formulas and diagrams do, or the keyboard of a phone opens.
function stayAtEnd() {
  const observer = new ResizeObserver(() => isPinned && scrollToEnd());
  [scroller, ...scroller.children].forEach((watched) => observer.observe(watched));
  scroller.addEventListener("scroll", () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    // Only who goes up leaves the end: below a place that stays, something may just have grown.
    if (scrollTop < lastTop) isPinned = false;
    if (scrollHeight - scrollTop - clientHeight < PINNED_PIXELS) isPinned = true;
    lastTop = scrollTop;
  });
}

// -- details of a message

function showLocalTime(time) {
  const moment = new Date(time.dateTime);
  time.textContent = TIME.format(moment);
  time.title = FULL.format(moment);
}

function addCopyButton(pre) {
  if (pre.parentElement.classList.contains("code-frame")) return;
  const frame = element("div", "code-frame");
  const tools = element("div", "tools");
  const button = element("button");
  button.type = "button";
  button.ariaLabel = "Copy the code";
  button.append(icon("copy"));
  button.addEventListener("click", () => copy(pre.textContent, button));
  if (pre.dataset.language) tools.append(pre.dataset.language);
  if (navigator.clipboard) tools.append(button); // only a secure context has one
  pre.replaceWith(frame);
  frame.append(pre, tools);
}

async function copy(text, button) {
  await navigator.clipboard.writeText(text);
  button.replaceChildren(icon("done"));
  announce("Copied");
  setTimeout(() => button.replaceChildren(icon("copy")), 1500);
}

function element(name, className = "") {
  const node = document.createElement(name);
  node.className = className;
  return node;
}

// -- the page

function previewTheme(event) {
  if (event.target.name === "frontend.theme") {
    document.documentElement.dataset.theme = event.target.value;
  }
}

// The next user of this tab must not find what this one had not sent.
function forgetDrafts(event) {
  if (event.target.matches("[data-sign-out]")) sessionStorage.clear();
}

// Signing in tells the server where the browser is, so that it can offer that time zone.
function tellZone() {
  document.querySelectorAll("input[name=browser_zone]").forEach((input) => {
    input.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  });
}

function keepPlaceOnOlderMessages() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.target.classList.contains("older")) return;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    document.body.addEventListener(
      "htmx:afterSettle",
      () => (scroller.scrollTop = scroller.scrollHeight - fromEnd),
      { once: true },
    );
  });
}

function showFound() {
  const found = location.hash.startsWith("#message-") && document.getElementById(location.hash.slice(1));
  if (found) found.scrollIntoView({ block: "center" });
  return Boolean(found);
}

enhance(document);
tellZone();
document.body.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
document.addEventListener("change", previewTheme);
document.addEventListener("submit", forgetDrafts);
if (scroller) {
  keepPlaceOnOlderMessages();
  if (!showFound()) scrollToEnd();
  stayAtEnd();
}
