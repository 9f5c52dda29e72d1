// The chat: one WebSocket, today's messages, and a composer that keeps its draft.
//
// What is typed is kept in sessionStorage until the server has it. An unsent message keeps its
// client_message_id, so sending it again can never ask twice. An answer is shown as plain text
// while it grows and is then replaced by the server's rendering of it.

import { createOutbox, createStore, journalReference, newUuid, reconnectDelay } from "./chat-state.js";
import { announce, enhance, scrollToEnd } from "./page.js";

const ACCEPT_MILLISECONDS = 15000;
const RESUME_MILLISECONDS = 3000;
const LOST_NOTICE_MILLISECONDS = 1500; // a reconnect that is quicker than this is not worth a word
const DAY_CHECK_MILLISECONDS = 30000;
const ANNOUNCED_CHARS = 600;
const SIGNED_OUT = 4401; // the close code of a socket whose user is not signed in

const list = document.querySelector("[data-chat]");
const composer = document.getElementById("composer");
const draft = document.getElementById("draft");
const sendButton = document.getElementById("send");
const stopButton = document.getElementById("stop");
const notice = document.getElementById("notice");
const memoryChoice = document.getElementById("use-memory"); // a visitor has none

// -- what survives a reload

const store = createStore(sessionStorage, list.dataset.owner);
const outbox = createOutbox(store);

// -- the connection

class Connection {
  constructor(url, { opened, received, lost }) {
    Object.assign(this, { url, opened, received, lost, failures: 0 });
    addEventListener("online", () => this.reconnectNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.reconnectNow());
    this.connect();
  }

  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.timer);
    this.socket = new WebSocket(this.url);
    this.socket.addEventListener("open", () => {
      this.failures = 0;
      this.opened();
    });
    this.socket.addEventListener("message", (event) => this.received(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => {
      this.lost(event);
      this.timer = setTimeout(() => this.connect(), reconnectDelay(this.failures));
      this.failures += 1;
    });
  }

  reconnectNow() {
    if (this.socket.readyState === WebSocket.CLOSED) this.connect();
  }

  send(frame) {
    if (this.isOpen) this.socket.send(JSON.stringify(frame));
    return this.isOpen;
  }
}

// -- messages on their way out

const unsent = new Map(); // client_message_id -> {item, article, timer}

function submit(event) {
  event.preventDefault();
  if (!draft.value.trim() || isBusy()) return;
  ask(draft.value);
  draft.value = "";
  keepDraft();
}

function ask(message) {
  const item = { client_message_id: newUuid(), message };
  if (memoryChoice?.checked === false) item.memory = "none";
  outbox.add(item);
  dispatch(showUnsentMessage(item));
  scrollToEnd();
  draft.focus();
}

function showUnsentMessage(item) {
  document.getElementById("empty")?.remove();
  const article = fromTemplate("unsent-message");
  article.querySelector(".body").textContent = item.message;
  list.append(article);
  const entry = { item, article };
  unsent.set(item.client_message_id, entry);
  return entry;
}

function dispatch(entry) {
  entry.failed = false;
  showOutcome(entry, connection.isOpen ? "" : "Waiting for the connection…");
  if (connection.send({ type: "send", ...entry.item })) {
    entry.timer = setTimeout(() => fail(entry, "Exobrain did not take this message."), ACCEPT_MILLISECONDS);
  }
  showBusy();
}

function fail(entry, reason) {
  clearTimeout(entry.timer);
  entry.failed = true;
  showOutcome(entry, reason, [
    ["Try again", () => dispatch(entry)],
    ["Edit", () => editAgain(entry)],
  ]);
  showBusy();
}

function editAgain(entry) {
  forget(entry);
  draft.value = [entry.item.message, draft.value].filter(Boolean).join("\n");
  keepDraft();
  draft.focus();
}

function forget(entry) {
  clearTimeout(entry.timer);
  unsent.delete(entry.item.client_message_id);
  outbox.remove(entry.item.client_message_id);
  entry.article.remove();
  showBusy();
}

function showOutcome({ article }, text, actions = []) {
  const outcome = article.querySelector(".outcome");
  outcome.replaceChildren(text, ...actions.map(([label, act]) => actionButton(label, act)));
  outcome.classList.toggle("bad", actions.length > 0);
  outcome.hidden = !text;
}

function actionButton(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

// -- answers on their way in

const streams = new Map(); // stream_id -> {id, article, text, lastEventId, waiting}

function follow(id, article) {
  const text = article.querySelector(".text");
  const stream = { id, article, text, waiting: "", lastEventId: 0, question: null };
  streams.set(id, stream);
  showBusy();
  return stream;
}

function resume(stream) {
  connection.send({ type: "resume", stream_id: stream.id, last_event_id: stream.lastEventId });
  if (stream.isCancelled) cancel(stream);
}

function cancel(stream) {
  stream.isCancelled = true; // sent again after a reconnect
  connection.send({ type: "cancel", stream_id: stream.id });
}

const eventHandlers = {
  message_chunk(stream, { text }) {
    clearWaitNotice(stream);
    stream.waiting += text;
    stream.frame ??= requestAnimationFrame(() => flush(stream));
  },
  reasoning(stream, { text }) {
    clearWaitNotice(stream);
    thoughts(stream).append(text);
  },
  notice(stream, { message }) {
    const line = stream.article.querySelector(".wait-notice") ?? document.createElement("p");
    line.className = "outcome wait-notice";
    line.setAttribute("role", "status");
    line.textContent = message;
    stream.article.append(line);
  },
  tool_call(stream, { tool_call_id, title, description }) {
    clearWaitNotice(stream);
    const card = document.createElement("details");
    card.className = "tool-call";
    card.dataset.toolCallId = tool_call_id;
    card.innerHTML = '<summary><span></span> <span class="state">running…</span></summary><p></p>';
    card.querySelector("span").textContent = title;
    card.querySelector("p").textContent = description;
    // What a reload found of it was a copy; the stream tells everything from its start.
    const copy = findToolCard(stream, tool_call_id);
    if (copy) copy.replaceWith(card);
    else toolCards(stream).append(card);
  },
  tool_response(stream, { tool_call_id, message }) {
    endToolCard(stream, tool_call_id, "done", message);
  },
  error(stream, { message, tool_call_id }) {
    if (tool_call_id) endToolCard(stream, tool_call_id, "failed", message);
    else stream.problem = message;
  },
  done(stream) {
    flush(stream);
    finish(stream);
  },
};

function flush(stream) {
  cancelAnimationFrame(stream.frame);
  stream.frame = undefined;
  if (!stream.waiting) return;
  // What a reload found was a copy; the stream sends everything from its start.
  if (!stream.hasText) stream.text.textContent = "";
  stream.hasText = true;
  stream.text.append(stream.waiting);
  stream.waiting = "";
}

function clearWaitNotice({ article }) {
  article.querySelector(".wait-notice")?.remove();
}

// Where what the model thinks before its answer is shown, folded.
function thoughts(stream) {
  const { article, text } = stream;
  let details = article.querySelector("details.reasoning");
  if (!details) {
    details = document.createElement("details");
    details.className = "reasoning";
    details.innerHTML = '<summary>Thinking…</summary><div class="thoughts"></div>';
    text.parentElement.before(details);
  } else if (!stream.hasReasoning) {
    details.querySelector(".thoughts").textContent = ""; // a copy; the stream sends it from its start
  }
  stream.hasReasoning = true;
  return details.querySelector(".thoughts");
}

function toolCards({ article, text }) {
  let cards = article.querySelector(".tool-calls");
  if (!cards) {
    cards = document.createElement("div");
    cards.className = "tool-calls";
    text.parentElement.before(cards);
  }
  return cards;
}

function findToolCard(stream, toolCallId) {
  return [...toolCards(stream).children].find((each) => each.dataset.toolCallId === toolCallId);
}

function endToolCard(stream, toolCallId, state, message) {
  const card = findToolCard(stream, toolCallId);
  if (!card) return;
  card.classList.toggle("failed", state === "failed");
  card.querySelector(".state").textContent = state;
  const answer = document.createElement("p");
  answer.textContent = message;
  card.append(answer);
}

async function finish(stream) {
  streams.delete(stream.id);
  showAsWritten(stream);
  showBusy();
  const rendered = await fetchRenderedTurn(stream.id);
  place(rendered, stream);
  announce((document.getElementById(rendered.at(-1)?.id) ?? stream.article)
    .querySelector(".body").textContent.trim().slice(0, ANNOUNCED_CHARS));
}

// Until the rendering comes the plain text is the answer.
function showAsWritten({ article, text, problem }) {
  const body = text.parentElement;
  body.classList.replace("growing", "as-written");
  body.removeAttribute("aria-busy");
  body.querySelector(".thinking").remove();
  if (!problem) return;
  const outcome = document.createElement("p");
  outcome.className = "outcome bad";
  outcome.textContent = problem;
  article.append(outcome);
}

// The turn as the server renders it: question and answer; a visitor's question is not kept.
async function fetchRenderedTurn(id) {
  try {
    const response = await fetch(list.dataset.turnUrl.replace(list.dataset.anyStream, id));
    if (!response.ok) return [];
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return [...page.querySelectorAll("article.message")];
  } catch {
    return []; // offline again: the text is there, and the next load renders it
  }
}

function place(articles, stream) {
  for (const article of articles) {
    put(article, article.classList.contains("user") ? stream.question : stream.article);
  }
}

function put(article, provisional) {
  const present = document.getElementById(article.id) ?? provisional;
  if (provisional && provisional !== present) provisional.remove();
  if (present) present.replaceWith(article);
  else list.append(article);
  htmx.process(article);
  enhance(article);
}

// -- what the server says

const frameHandlers = {
  accepted({ client_message_id, stream_id }) {
    const entry = unsent.get(client_message_id);
    if (entry) accept(entry, stream_id);
  },
  event(frame) {
    const stream = streams.get(frame.stream_id);
    if (!stream || frame.id <= stream.lastEventId) return; // shown before
    stream.lastEventId = frame.id;
    eventHandlers[frame.event]?.(stream, frame.data);
  },
  problem({ detail, client_message_id, stream_id }) {
    const entry = unsent.get(client_message_id);
    const stream = streams.get(stream_id);
    if (entry) fail(entry, detail);
    else if (stream) checkStream(stream, detail);
    else showNotice(detail);
  },
  async turn_started({ stream_id }) {
    if (streams.has(stream_id)) return;
    const articles = await fetchRenderedTurn(stream_id);
    if (!articles.length || streams.has(stream_id)) return;
    document.getElementById("empty")?.remove();
    articles.forEach((article) => put(article));
    articles.forEach(followPlaceholder);
  },
};

// A stream that could not be followed: try again while the server says that it runs.
async function checkStream(stream, detail) {
  const articles = await fetchRenderedTurn(stream.id);
  if (articles.some((article) => article.dataset.streamId)) {
    setTimeout(() => streams.has(stream.id) && resume(stream), RESUME_MILLISECONDS);
  } else {
    stream.problem = detail;
    finish(stream);
  }
}

// What other tabs asked while this one was not connected.
async function followOthers() {
  if ("visitor" in list.dataset) return;
  const response = await fetch("/api/chat/turns/active");
  if (response.ok) (await response.json()).forEach(frameHandlers.turn_started);
}

function accept(entry, streamId) {
  clearTimeout(entry.timer);
  unsent.delete(entry.item.client_message_id);
  outbox.remove(entry.item.client_message_id);
  if (streams.has(streamId)) {
    entry.article.remove(); // it is on the page already
    return;
  }
  if (isAnotherDay()) {
    location.reload(); // the new day's page has the question and resumes the answer
    return;
  }
  showOutcome(entry, "");
  const article = fromTemplate("growing-answer");
  entry.article.after(article);
  follow(streamId, article).question = entry.article;
  scrollToEnd();
}

function followPlaceholder(article) {
  if (article.dataset.streamId) resume(follow(article.dataset.streamId, article));
}

// -- the page around it

function isBusy() {
  return streams.size > 0 || [...unsent.values()].some((entry) => !entry.failed);
}

function showBusy() {
  stopButton.hidden = streams.size === 0;
  sendButton.hidden = streams.size > 0;
  sendButton.disabled = isBusy() || !draft.value.trim();
}

function showNotice(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

function keepDraft() {
  store.write("draft", draft.value);
  fitDraft();
  showBusy();
}

function fitDraft() {
  if (CSS.supports("field-sizing", "content")) return;
  draft.style.height = "auto";
  draft.style.height = `${draft.scrollHeight}px`;
}

function isAnotherDay() {
  return journalReference(new Date(), list.dataset.zone) !== list.dataset.reference;
}

function checkDay() {
  if (isAnotherDay() && notice.hidden) {
    showNotice("A new day has begun. What you write now opens its journal.");
  }
}

function fromTemplate(id) {
  return document.getElementById(id).content.cloneNode(true).firstElementChild;
}

// -- start

let lostTimer;

const connection = new Connection(new URL(list.dataset.socket, location.href.replace(/^http/, "ws")), {
  opened() {
    const lostBefore = lostTimer !== undefined;
    clearTimeout(lostTimer);
    lostTimer = undefined;
    showNotice("");
    streams.forEach(resume);
    unsent.forEach((entry) => entry.failed || dispatch(entry));
    if (lostBefore) followOthers().catch(() => {}); // lost again: the next connection asks
  },
  received(frame) {
    frameHandlers[frame.type]?.(frame);
  },
  lost({ code }) {
    if (code === SIGNED_OUT) {
      location.assign(`${list.dataset.loginUrl}?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    unsent.forEach((entry) => clearTimeout(entry.timer));
    lostTimer ??= setTimeout(() => showNotice("The connection is lost. Trying again…"), LOST_NOTICE_MILLISECONDS);
  },
});

composer.addEventListener("submit", submit);
draft.addEventListener("input", keepDraft);
draft.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
stopButton.addEventListener("click", () => {
  streams.forEach(cancel);
  draft.focus();
});
list.addEventListener("click", ({ target }) => {
  const goOn = target.closest("[data-ask]"); // below an answer that was cut
  if (goOn && !isBusy()) ask(goOn.dataset.ask);
});
setInterval(checkDay, DAY_CHECK_MILLISECONDS);

if (memoryChoice) {
  memoryChoice.checked = store.read("memory", true);
  memoryChoice.addEventListener("change", () => store.write("memory", memoryChoice.checked));
}
draft.value = store.read("draft", "");
outbox.all().forEach(showUnsentMessage);
list.querySelectorAll("[data-stream-id]").forEach(followPlaceholder);
fitDraft();
showBusy();
scrollToEnd();
