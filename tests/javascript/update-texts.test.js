// What the page says of an update of the memory: see static/js/update-texts.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { endText, progressText } from "../../static/js/update-texts.js";

const SUCCEEDED = { state: "SUCCEEDED", detail: "" };

const update = (values) => ({ jobs: ["1"], count: 3, waiting: 0, ended: [], ...values });

test("one job is not counted", () => {
  assert.equal(progressText(update(), "STARTED"), "Learning from 3 messages…");
  assert.equal(progressText(update({ count: 1 }), "STARTED"), "Learning from 1 message…");
});

test("several jobs are counted, and never beyond the last", () => {
  const jobs = ["1", "2"];

  assert.match(progressText(update({ jobs }), "STARTED"), / Part 1 of 2\.$/);
  assert.match(progressText(update({ jobs, ended: [SUCCEEDED, SUCCEEDED] }), "STARTED"), / Part 2 of 2\.$/);
});

test("a job that waits or tries again says so; an unknown state says nothing", () => {
  assert.match(progressText(update(), "ENQUEUED_OR_PENDING"), /Waiting for a free worker\.$/);
  assert.match(progressText(update(), "RETRYING"), /it is made again\.$/);
  assert.match(progressText(update(), "NEWER_STATE"), /…$/);
});

test("when all is learned the count is told", () => {
  assert.deepEqual(endText(update({ ended: [SUCCEEDED] })), {
    text: "The memory is up to date: it learned from 3 messages.",
    bad: false,
  });
});

test("messages that no job could be made for will follow", () => {
  const { text, bad } = endText(update({ waiting: 1, ended: [SUCCEEDED] }));

  assert.match(text, / 1 message will follow when the job service is back\.$/);
  assert.equal(bad, false);
});

test("a failure is told with its reason", () => {
  const ended = [{ state: "FAILED", detail: "The model failed." }];

  assert.deepEqual(endText(update({ ended })), {
    text: "This could not be learned. The model failed. Nothing is lost; you can try again.",
    bad: true,
  });
});

test("of several jobs the failed ones are counted", () => {
  const ended = [SUCCEEDED, { state: "UNKNOWN", detail: "" }, { state: "FAILED", detail: "Why." }];

  assert.match(
    endText(update({ jobs: ["1", "2", "3"], ended })).text,
    /^2 of 3 parts could not be learned\. Why\. /,
  );
});
