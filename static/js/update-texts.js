// What the page says of an update of the memory.
// `update` is {jobs: [id], count, waiting, ended: [{state, detail}]}: count of messages that are
// learned from, and waiting of those that no job could be made for.

const PROGRESS = {
  ENQUEUED_OR_PENDING: " Waiting for a free worker.",
  STARTED: "",
  RETRYING: " An attempt failed; it is made again.",
};

const messages = (count) => (count === 1 ? "1 message" : `${count} messages`);

// While jobs run; `state` is that of the present one.
export function progressText(update, state) {
  const parts = update.jobs.length;
  const present = Math.min(update.ended.length + 1, parts);
  const part = parts > 1 ? ` Part ${present} of ${parts}.` : "";
  return `Learning from ${messages(update.count)}…${part}${PROGRESS[state] ?? ""}`;
}

// When all jobs have ended: {text, bad}, bad when one of them has not succeeded.
export function endText(update) {
  const failures = update.ended.filter((end) => end.state !== "SUCCEEDED");
  const later = update.waiting
    ? ` ${messages(update.waiting)} will follow when the job service is back.`
    : "";
  if (!failures.length) {
    const text = `The memory is up to date: it learned from ${messages(update.count)}.${later}`;
    return { text, bad: false };
  }
  const reason = failures.find((end) => end.detail)?.detail ?? "";
  const what = update.jobs.length > 1 ? `${failures.length} of ${update.jobs.length} parts` : "This";
  const text = `${what} could not be learned. ${reason} Nothing is lost; you can try again.${later}`;
  return { text, bad: true };
}
