// What a hostile answer has changed on the page: a list of sentences, empty when it is nothing.
// Answers are told apart by their place: "answer 3" is the third on the page.
(controls) => {
  const offences = [];
  const FORBIDDEN = /^(on.*|hx-.*|data-(?!language$).*|id|name|form.*|action|srcset|srcdoc|ping|is|slot|popover.*|autofocus|http-equiv)$/;
  const TAGS = new Set("SCRIPT IFRAME OBJECT EMBED FORM INPUT SELECT TEXTAREA STYLE LINK META BASE TEMPLATE VIDEO AUDIO SOURCE PICTURE DIALOG FRAME PORTAL FENCEDFRAME".split(" "));

  const unique = (id) => document.querySelectorAll(`[id="${CSS.escape(id)}"]`);
  for (const [id, tag] of Object.entries(controls)) {
    const found = unique(id);
    if (found.length !== 1 || found[0].tagName !== tag || found[0].closest(".message")) {
      offences.push(`#${id} is not the page's own`);
    }
  }

  const answers = [...document.querySelectorAll(".message.assistant")];
  answers.forEach((answer, index) => {
    const say = (what) => offences.push(`answer ${index + 1}: ${what}`);
    const bodies = answer.querySelectorAll(".body");
    if (bodies.length !== 1) say(`${bodies.length} bodies`);
    for (const body of bodies) {
      if (!getComputedStyle(body).contain.match(/paint|strict|content/)) say("is painted outside of its place");
      for (const element of body.querySelectorAll("*")) {
        if (TAGS.has(element.tagName.toUpperCase())) say(`<${element.tagName}>`);
        for (const { name, value } of element.attributes) {
          if (FORBIDDEN.test(name)) say(`${name}=${value.slice(0, 60)}`);
        }
        const href = element.getAttribute("href");
        if (href !== null && !/^(https?:\/\/|mailto:)/i.test(href) && !href.startsWith("/static/icons/")) say(`href=${href.slice(0, 60)}`);
        const src = element.getAttribute("src");
        if (src !== null && !src.startsWith("data:image/")) say(`src=${src.slice(0, 60)}`);
        if (element.tagName === "A" && /^\W*m\W*\d+\W*$/.test(element.textContent)) say("a mark is a link");
        if (element.tagName === "BUTTON" && !element.closest(".code-frame > .tools")) say("a button");
        if (getComputedStyle(element).position === "fixed") say("is fixed");
      }
    }
  });

  // Nothing lies over what the page itself shows.
  const own = [...document.querySelectorAll(".message > header h2, .composer button:not([hidden]), .composer textarea, .sidebar a, .sidebar button:not([disabled])")];
  for (const element of own) {
    if (!element.checkVisibility()) continue;
    element.scrollIntoView({ block: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const body = hit?.closest(".message .body");
    if (body) offences.push(`answer ${answers.indexOf(body.closest(".message")) + 1}: lies over ${element.textContent || element.id}`);
  }

  // Names that a script looks up still mean what they meant.
  if (Object.keys(Object.prototype).length || {}.polluted) offences.push("prototypes have changed");
  if (!(document.body instanceof HTMLBodyElement)) offences.push("document.body");
  if (typeof document.cookie !== "string") offences.push("document.cookie");
  if (!(document.forms instanceof HTMLCollection)) offences.push("document.forms");
  if (typeof document.getElementById !== "function") offences.push("document.getElementById");
  if (document.querySelector("base")) offences.push("a <base>");
  const frames = [...document.querySelectorAll("iframe, frame, object, embed")];
  if (frames.some((frame) => !frame.matches("body > .diagram-frame"))) offences.push("a frame");
  const scripts = [...document.scripts].filter((each) => !each.src.startsWith(location.origin));
  if (scripts.length) offences.push("a script");
  if (document.querySelectorAll("style").length) offences.push("a style");
  return offences;
}
