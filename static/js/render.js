// Typesets maths with KaTeX and draws diagrams with mermaid. Loaded only by pages that have any.
//
// Both read text that a model wrote, so neither is trusted: KaTeX runs without its `trust`
// commands, and mermaid runs in a sandboxed frame of its own (diagram.js) that has neither
// our origin nor a network. What comes back is shown as an image, in which nothing can run.

const vendor = document.body.dataset.vendor;
const DRAW_MILLISECONDS = 15000;

export function typeset(root) {
  const formulas = unseen(root.querySelectorAll(".math"));
  if (formulas.length) typesetFormulas(formulas);
  unseen(root.querySelectorAll(".mermaid-source")).forEach(showDiagram);
}

const seen = new WeakSet(); // a part of the page may be offered twice

function unseen(elements) {
  return [...elements].filter((element) => !seen.has(element) && seen.add(element));
}

// -- formulas

let katexLoaded;

function loadKatex() {
  katexLoaded ??= Promise.all([
    import(`${vendor}katex/katex.min.js`),
    loadStylesheet(`${vendor}katex/katex.min.css`),
  ]).then(() => globalThis.katex);
  return katexLoaded;
}

async function typesetFormulas(formulas) {
  const katex = await loadKatex();
  formulas.forEach((formula) => typesetFormula(katex, formula));
}

function typesetFormula(katex, formula) {
  const source = formula.textContent;
  const options = {
    displayMode: formula.classList.contains("math-block"),
    trust: false,
    maxExpand: 200,
    maxSize: 20, // em
    strict: "ignore",
  };
  try {
    katex.render(source, formula, options);
    formula.classList.add("typeset");
  } catch (error) {
    formula.textContent = source;
    formula.title = error.message;
  }
}

function loadStylesheet(href) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
  return new Promise((resolve) => link.addEventListener("load", resolve));
}

// -- diagrams

let frameReady;
let drawings = 0;

function loadFrame() {
  frameReady ??= new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.className = "diagram-frame";
    frame.title = "Draws diagrams";
    frame.ariaHidden = "true";
    frame.tabIndex = -1;
    frame.sandbox = "allow-scripts"; // not allow-same-origin: it must not be us
    frame.src = "/diagrams";
    frame.addEventListener("load", () => resolve(frame));
    document.body.append(frame);
  });
  return frameReady;
}

async function showDiagram(pre) {
  const source = pre.textContent;
  const figure = document.createElement("figure");
  figure.className = "diagram";
  pre.replaceWith(figure);
  figure.append(pre);
  try {
    const { svg, width, height } = await draw(source);
    const image = new Image(width, height);
    image.alt = "Diagram; its source follows.";
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    figure.replaceChildren(image, folded(pre));
  } catch (error) {
    pre.title = error.message;
  }
}

function folded(pre) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Source";
  details.append(summary, pre);
  return details;
}

async function draw(source) {
  const frame = await loadFrame();
  const id = `diagram-${(drawings += 1)}`;
  const answer = answerFrom(frame, id);
  frame.contentWindow.postMessage({ id, source, colours: colours() }, "*"); // its origin is opaque
  return answer;
}

function answerFrom(frame, id) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(reject, new Error("Too slow to draw.")), DRAW_MILLISECONDS);
    function finish(settle, value) {
      clearTimeout(timer);
      removeEventListener("message", listen);
      settle(value);
    }
    function listen(event) {
      if (event.source !== frame.contentWindow || event.data?.id !== id) return;
      if (event.data.problem) finish(reject, new Error(event.data.problem));
      else finish(resolve, event.data);
    }
    addEventListener("message", listen);
  });
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: read("ground"),
    raised: read("raised"),
    hover: read("hover"),
    line: read("line"),
    text: read("text"),
    muted: read("muted"),
    accent: read("accent"),
    font: getComputedStyle(document.body).fontFamily,
  };
}
