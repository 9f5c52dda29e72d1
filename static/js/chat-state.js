// What the chat computes without a page: delays, ids, days, and what survives a reload.
// Nothing here touches the document, so that tests/javascript can run it.

const FIRST_RETRY_MILLISECONDS = 400;
const LAST_RETRY_MILLISECONDS = 15000;

// How long to wait before the next attempt to connect: exponential backoff with jitter, because
// many tabs must not come back at once. `random` is from 0 to 1.
export function reconnectDelay(failures, random = Math.random()) {
  const longest = Math.min(LAST_RETRY_MILLISECONDS, FIRST_RETRY_MILLISECONDS * 2 ** failures);
  return longest * (0.5 + random / 2);
}

// A version 4 UUID. Plain HTTP from another machine is no secure context and has no randomUUID;
// getRandomValues works there too.
export function newUuid(source = crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// The reference of the journal of that moment, YYYY/MM/DD in the time zone.
export function journalReference(moment = new Date(), zone = "UTC") {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${parts.year}/${parts.month}/${parts.day}`;
}

// Values of one user in the tab's sessionStorage.
export function createStore(storage, owner) {
  const key = (name) => `exobrain.chat.${owner}.${name}`;
  return {
    read: (name, otherwise) => JSON.parse(storage.getItem(key(name))) ?? otherwise,
    write: (name, value) => storage.setItem(key(name), JSON.stringify(value)),
  };
}

// Messages that the server has not accepted yet, oldest first.
export function createOutbox(store) {
  const all = () => store.read("outbox", []);
  return {
    all,
    add: (item) => store.write("outbox", [...all(), item]),
    remove: (id) =>
      store.write("outbox", all().filter((item) => item.client_message_id !== id)),
  };
}
