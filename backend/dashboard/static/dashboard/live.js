// The live page: three sockets, each of which begins with how things stand, so that a reconnect repairs itself.
"use strict";

const page = document.body.dataset;
const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
const MOST_ROWS = 50;
const MOST_SECONDS = 30;

// Close codes after which coming back by itself would not help (contract section 4).
// 3500 is not among them: the next attempt brings a fresh ticket.
const FINAL = {
  3501: "The shop does not know what this page asks for. Reload it.",
  3502: "Signed out.",
  3503: "Signed out.",
  3504: "Too many open pages. Close one and reload.",
  3507: "You may not see this.",
};

// One socket that comes back: doubling pauses with jitter, at once when the network is back.
class Wire {
  constructor(path, { needsTicket, onFrame }) {
    Object.assign(this, { path, needsTicket, onFrame, state: "connecting", failures: 0, versions: new Map() });
    wires.push(this);
    addEventListener("online", () => this.timer && this.open());
    this.open();
  }

  async open() {
    clearTimeout(this.timer);
    this.timer = null;
    let address = this.path;
    try {
      if (this.needsTicket) address += `${address.includes("?") ? "&" : "?"}ticket=${await ticket()}`;
    } catch (error) {
      return error.final ? this.stop(error.message) : this.later();
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${address}`);
    socket.onmessage = (message) => this.take(JSON.parse(message.data));
    socket.onclose = (closed) => (FINAL[closed.code] ? this.stop(FINAL[closed.code]) : this.later());
  }

  take(frame) {
    if (frame.type === "error") return;
    const seen = this.versions.get(frame.topic) ?? -1;
    if (frame.type === "update" && frame.version <= seen) return; // a repeat
    this.versions.set(frame.topic, frame.version);
    this.failures = 0;
    this.become("live");
    this.onFrame(frame);
  }

  later() {
    const seconds = Math.min(MOST_SECONDS, 2 ** this.failures++ / 2) * (0.5 + Math.random() / 2);
    this.become("connecting");
    this.timer = setTimeout(() => this.open(), seconds * 1000);
  }

  stop(why) {
    this.become("stopped", why);
  }

  become(state, why = "") {
    Object.assign(this, { state, why });
    showWires();
  }
}

const wires = [];

function showWires() {
  const worst = ["stopped", "connecting", "live"].find((state) => wires.some((wire) => wire.state === state));
  const why = wires.find((wire) => wire.why)?.why;
  const pill = document.getElementById("wire");
  const text = { live: "Live", connecting: "Connecting…", stopped: why }[worst];
  if (pill.dataset.state === worst && pill.textContent === text) return;
  pill.dataset.state = worst;
  pill.replaceChildren(text);
  if (why === FINAL[3503]) pill.append(" ", Object.assign(document.createElement("a"), { href: page.signIn, textContent: "Sign in" }));
}

async function post(url) {
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf }, credentials: "same-origin" });
}

async function ticket() {
  const answer = await post(page.ticket);
  if (answer.status === 401 || answer.status === 403) throw Object.assign(new Error(FINAL[3503]), { final: true });
  if (!answer.ok) throw new Error("no ticket now");
  return (await answer.json()).ticket;
}

// Stock: the rows are in the page; frames move their units.

function showState(row) {
  const units = Number(row.dataset.quantity);
  const [text, tone] = units <= 0 ? ["Sold out", "bad"] : units <= Number(row.dataset.threshold) ? ["Low", "warn"] : ["In stock", "good"];
  const badge = Object.assign(document.createElement("span"), { textContent: text });
  badge.dataset.tone = tone;
  row.querySelector("[data-state]").replaceChildren(badge);
}

function showStock({ data }) {
  const row = stockRows.get(data.sku);
  if (!row || row.dataset.quantity === String(data.quantity)) return;
  row.dataset.quantity = data.quantity;
  row.querySelector("[data-units]").textContent = data.quantity;
  showState(row);
  flash(row);
}

function flash(row) {
  row.classList.remove("changed");
  void row.offsetWidth; // so that the animation starts over
  row.classList.add("changed");
  setTimeout(() => row.classList.remove("changed"), 1600);
}

// Orders: newest first, each row replaced by its newest state.

const KINDS = { low_stock: "Low stock", payment_attention: "Payment", stock_mismatch: "Stock audit", money_mismatch: "Money audit" };
const TONES = { processing: "good", delivered: "good", shipped: "good", pending: "warn", cancelled: "bad", returned: "bad" };
const money = new Intl.NumberFormat(undefined, { style: "currency", currency: page.currency });
const moment = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

function made(template, at) {
  const row = document.getElementById(template).content.firstElementChild.cloneNode(true);
  const time = row.querySelector("time");
  time.dateTime = at;
  time.textContent = moment.format(new Date(at));
  return row;
}

function orderRow(order) {
  const row = made("order", order.created_at);
  row.dataset.id = order.id;
  const link = row.querySelector("a");
  link.href = `/admin/orders/order/${order.id}/change/`;
  link.textContent = order.order_number;
  row.querySelector("[data-customer]").textContent = order.customer?.email ?? "";
  const status = row.querySelector("[data-status]");
  status.textContent = order.status;
  status.dataset.tone = TONES[order.status] ?? "";
  row.querySelector("[data-total]").textContent = money.format(order.total_amount);
  return row;
}

function showOrders(frame) {
  if (frame.type === "snapshot") orders.rows.replaceChildren(...frame.data.map(orderRow));
  else {
    const row = orderRow(frame.data);
    const old = orders.find(frame.data.id);
    if (old) old.replaceWith(row);
    else if (frame.event === "order.created") orders.rows.prepend(row);
    flash(row);
  }
  orders.trim();
}

// Alerts: the open ones; acknowledged here or anywhere else, they go.

function alertRow(alert) {
  const row = made("alert", alert.created_at);
  row.dataset.id = alert.id;
  const kind = row.querySelector("[data-kind]");
  kind.textContent = KINDS[alert.kind] ?? alert.kind;
  kind.dataset.tone = alert.kind === "low_stock" ? "warn" : "bad";
  row.querySelector("[data-message]").textContent = alert.message;
  const button = row.querySelector("button");
  button.setAttribute("aria-label", `Acknowledge: ${alert.message}`);
  button.onclick = async () => {
    button.disabled = true;
    const answer = await post(`alerts/${alert.id}/acknowledge/`).catch(() => null);
    if (answer?.ok) row.remove();
    else button.disabled = false;
    alerts.trim();
  };
  return row;
}

function showAlerts(frame) {
  if (frame.type === "snapshot") alerts.rows.replaceChildren(...frame.data.map(alertRow));
  else if (frame.event === "alert.acknowledged") alerts.find(frame.data.id)?.remove();
  else if (frame.event !== "order.created" && !alerts.find(frame.data.id)) {
    const row = alertRow(frame.data);
    alerts.rows.prepend(row);
    flash(row);
  }
  alerts.trim();
}

// A list of the page: its rows, its count, and the line that stands there when it is empty.
class List {
  constructor(id) {
    const section = document.getElementById(id);
    this.rows = section.querySelector("[data-rows]");
    this.count = section.querySelector("[data-count]");
    this.empty = section.querySelector("[data-empty]");
    this.table = this.rows.closest("table");
  }

  find(id) {
    return this.rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  trim() {
    while (this.rows.children.length > MOST_ROWS) this.rows.lastElementChild.remove();
    const number = this.rows.children.length;
    this.count.textContent = number || "";
    this.empty.hidden = number > 0;
    if (this.table) this.table.hidden = number === 0;
  }
}

const orders = new List("orders");
const alerts = new List("alerts");
const stockRows = new Map([...document.querySelectorAll("[data-sku]")].map((row) => [row.dataset.sku, row]));
stockRows.forEach(showState);

if (stockRows.size) {
  const skus = [...stockRows.keys()].map(encodeURIComponent).join(",");
  new Wire(`/ws/stock/?sku=${skus}`, { needsTicket: false, onFrame: showStock });
}
new Wire("/ws/orders/?scope=all", { needsTicket: true, onFrame: showOrders });
new Wire("/ws/staff/", { needsTicket: true, onFrame: showAlerts });
