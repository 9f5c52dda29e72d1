// What the chat computes: see static/js/chat-state.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  createOutbox,
  createStore,
  journalReference,
  newUuid,
  reconnectDelay,
} from "../../static/js/chat-state.js";

// As sessionStorage: strings by name, null for what is not there.
class MemoryStorage {
  #items = new Map();

  getItem(name) {
    return this.#items.get(name) ?? null;
  }

  setItem(name, value) {
    this.#items.set(name, String(value));
  }
}

test("attempts to connect come at ever longer intervals, up to a limit", () => {
  const delays = [0, 1, 2, 5, 6, 60].map((failures) => reconnectDelay(failures, 1));

  assert.deepEqual(delays, [400, 800, 1600, 12800, 15000, 15000]);
});

test("chance takes away at most half of a delay", () => {
  assert.equal(reconnectDelay(2, 0), 800);
  assert.ok(reconnectDelay(2) >= 800 && reconnectDelay(2) <= 1600);
});

test("an id is a version 4 UUID, also where there is no randomUUID", () => {
  const bare = { getRandomValues: (bytes) => bytes.fill(0xff) };

  assert.equal(newUuid(bare), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assert.match(newUuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(newUuid(), newUuid());
});

test("a day is that of the zone, UTC's without one, wherever the browser is", () => {
  assert.equal(journalReference(new Date("2025-01-14T23:59:59.999Z")), "2025/01/14");
  assert.equal(journalReference(new Date("2025-01-14T23:30:00-05:00")), "2025/01/15");
  assert.equal(journalReference(new Date("2025-01-14T23:30:00Z"), "Europe/Berlin"), "2025/01/15");
  assert.equal(journalReference(new Date("2025-01-14T04:30:00Z"), "America/New_York"), "2025/01/13");
});

test("a store keeps each user's values apart", () => {
  const storage = new MemoryStorage();
  const [alices, bobs] = ["alice", "bob"].map((owner) => createStore(storage, owner));

  alices.write("draft", "Hello");

  assert.equal(alices.read("draft", ""), "Hello");
  assert.equal(bobs.read("draft", ""), "");
});

test("a stored false is not taken for nothing", () => {
  const store = createStore(new MemoryStorage(), "alice");

  store.write("memory", false);

  assert.equal(store.read("memory", true), false);
});

test("the outbox keeps messages in order until they are removed", () => {
  const storage = new MemoryStorage();
  const outbox = createOutbox(createStore(storage, "alice"));
  const items = ["a", "b", "c"].map((id) => ({ client_message_id: id, message: `Message ${id}` }));

  items.forEach(outbox.add);
  outbox.remove("b");
  outbox.remove("unknown");

  const afterReload = createOutbox(createStore(storage, "alice"));
  assert.deepEqual(afterReload.all(), [items[0], items[2]]);
});
