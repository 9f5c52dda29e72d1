// Lives in a sandboxed frame with an opaque origin and no network but our own scripts.
// Takes {id, source, colours} from the page and answers {id, svg, width, height} or {id, problem}.

import mermaid from "../vendor/mermaid/mermaid.esm.min.mjs";

const MAX_SOURCE_CHARS = 20000;
// What a diagram's own %%{init}%% must not change.
const SECURE = [
  "secure",
  "securityLevel",
  "startOnLoad",
  "maxTextSize",
  "maxEdges",
  "suppressErrorRendering",
  "htmlLabels",
  "dompurifyConfig",
  "themeCSS",
  "fontFamily",
  "altFontFamily",
  "logLevel",
];

function configure(colours) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    secure: SECURE,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    suppressErrorRendering: true,
    maxTextSize: MAX_SOURCE_CHARS,
    logLevel: "fatal",
    fontFamily: colours.font,
    theme: "base",
    look: "classic",
    layout: "dagre", // the default would load 1.6 MB more
    themeVariables: themeFrom(colours),
  });
}

function themeFrom(colours) {
  return {
    darkMode: true,
    useGradient: false,
    dropShadow: "none",
    background: colours.ground,
    fontFamily: colours.font,
    primaryColor: colours.hover,
    primaryTextColor: colours.text,
    primaryBorderColor: colours.accent,
    secondaryColor: colours.raised,
    tertiaryColor: colours.ground,
    lineColor: colours.muted,
    textColor: colours.text,
    noteBkgColor: colours.raised,
    noteTextColor: colours.text,
    noteBorderColor: colours.line,
    edgeLabelBackground: colours.ground,
    clusterBkg: colours.ground,
    clusterBorder: colours.line,
  };
}

async function draw({ id, source, colours }) {
  if (source.length > MAX_SOURCE_CHARS) throw new Error("This diagram is too long to be drawn.");
  configure(colours);
  const { svg } = await mermaid.render(id, source);
  const drawing = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  const [, , width, height] = drawing.getAttribute("viewBox").split(/[\s,]+/).map(Number);
  drawing.setAttribute("width", width); // an image needs a size, "100%" is none
  drawing.setAttribute("height", height);
  return { id, svg: new XMLSerializer().serializeToString(drawing), width, height };
}

let queue = Promise.resolve(); // mermaid's configuration is global: one at a time

addEventListener("message", (event) => {
  if (event.source !== parent) return;
  queue = queue
    .then(() => draw(event.data))
    .catch((error) => ({ id: event.data.id, problem: error.message }))
    .then((answer) => parent.postMessage(answer, "*")); // only the page that embeds us can listen
});
