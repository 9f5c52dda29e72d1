// The "Update memory" button: asks for an update and shows the progress of its jobs.
//
// The jobs go on whatever this page does. Their ids are kept in sessionStorage, so that a page
// that is loaded meanwhile goes on showing it. They are watched one after the other: a browser has
// only a few connections to spare, and those that are over answer at once.

import { endText, progressText } from "./update-texts.js";

const RETRY_MILLISECONDS = 3000;
const MAX_RETRIES = 20; // of one job's watch, a minute together

const button = document.getElementById("update-memory");
const status = document.getElementById("memory-status");
const key = `exobrain.memory.${button.dataset.owner}`;

function showStatus(text, { bad = false } = {}) {
  status.textContent = text;
  status.classList.toggle("bad", bad);
}

// -- asking

async function ask() {
  if (isBusy()) return;
  setBusy(true);
  showStatus("Asking…");
  try {
    await start();
  } catch {
    showStatus("Exobrain cannot be reached. Nothing is lost; try again in a moment.", { bad: true });
  } finally {
    setBusy(false);
  }
}

async function start() {
  const response = await fetch(button.dataset.updateUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  const answer = await response.json();
  if (response.ok) {
    const { job_ids: jobs, message_count: count, waiting_count: waiting } = answer;
    await follow({ jobs, count, waiting, ended: [] });
  } else if (response.status === 401) {
    location.assign(button.dataset.loginUrl);
  } else {
    showStatus(answer.detail, { bad: response.status !== 409 });
  }
}

// -- following

async function follow(update) {
  while (update.ended.length < update.jobs.length) {
    sessionStorage.setItem(key, JSON.stringify(update));
    showStatus(progressText(update, "STARTED"));
    update.ended.push(await waitForEnd(update.jobs[update.ended.length], update));
  }
  sessionStorage.removeItem(key);
  const { text, bad } = endText(update);
  showStatus(text, { bad });
}

// How the job ended; a lost watch is resumed after the last event it had.
async function waitForEnd(job, update) {
  const watch = { after: 0, detail: "" };
  for (let retries = 0; retries < MAX_RETRIES; retries += 1) {
    const state = await watchJob(job, watch, (change) => {
      retries = 0;
      showStatus(progressText(update, change.state));
    });
    if (state) return { state, detail: watch.detail };
    showStatus("The job service does not answer. The update goes on; waiting to hear of it…");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
  return { state: "UNKNOWN", detail: "Its end was not heard of." };
}

// The state at the job's end, or null when the watch broke off.
function watchJob(job, watch, changed) {
  const url = `${button.dataset.updateUrl}/${job}/watch?last_event_id=${watch.after}`;
  const source = new EventSource(url);
  return new Promise((resolve) => {
    const end = (state) => {
      source.close();
      resolve(state);
    };
    source.addEventListener("status", (event) => {
      const change = JSON.parse(event.data);
      Object.assign(watch, { after: event.lastEventId, detail: change.detail });
      changed(change);
    });
    source.addEventListener("done", (event) => end(JSON.parse(event.data).state));
    source.addEventListener("error", () => end(null)); // in the stream, or of the connection
  });
}

// -- the button

function isBusy() {
  return button.getAttribute("aria-disabled") === "true";
}

// Not `disabled`: that would take the focus away from whoever pressed it by keyboard.
function setBusy(busy) {
  button.setAttribute("aria-disabled", String(busy));
}

async function resumeUpdate() {
  const kept = sessionStorage.getItem(key);
  if (!kept) return;
  setBusy(true);
  await follow(JSON.parse(kept)).finally(() => setBusy(false));
}

button.addEventListener("click", ask);
resumeUpdate();
