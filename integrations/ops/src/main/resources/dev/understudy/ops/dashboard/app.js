import {Api, Refused} from "./api.js";
import {calls, isNotable} from "./calls.js";
import {charts} from "./charts.js";
import {byId, count, element, millis, money, replace, tag, time} from "./dom.js";
import {providers} from "./providers.js";

const KEY = "understudy.token";
const EVENTS = 100;
const REFRESH = 10000;
const BETWEEN = 1000;
const QUIET = ["attempt.started", "attempt.first_content", "key.used", "provider.answering", "route.skipped"];
const BAD = ["call.failed", "stream.lost", "attempt.failed", "stream.takeover_failed", "key.cooldown"];

let api = null;
let overview = null;
let chosen = null;
let stream = null;
let timer = null;
let refreshedAt = 0;
const open = new Set();

function agent() {
  return overview?.agents.find(each => each.agent_id === chosen) ?? overview?.agents[0];
}

function tile(name, value, tone) {
  return element("div", {}, element("dt", {}, name), element("dd", {class: tone}, value));
}

function summary(now) {
  const {stats} = now;
  const tone = {healthy: "good", degraded: "warn", unhealthy: "bad"}[stats.health.status] ?? "idle";
  const cost = stats.providers.reduce((sum, provider) => sum + provider.cost, 0);
  const unpriced = stats.providers.reduce((sum, provider) => sum + provider.tokens.unpriced, 0);
  return [
    tile("Status", stats.health.status, tone),
    tile("Active provider", stats.active_provider_id),
    tile("Primary", now.settings.primary_provider_id),
    tile("Calls served", count(stats.calls.served)),
    tile("by a backup", count(stats.calls.served_by_backup), stats.calls.served_by_backup > 0 ? "warn" : undefined),
    tile("Calls failed", count(stats.calls.failed), stats.calls.failed > 0 ? "bad" : undefined),
    tile("Failovers", count(stats.failovers)),
    tile("Takeovers", count(stats.takeovers)),
    tile(unpriced > 0 ? "Cost (" + count(unpriced) + " tokens unpriced)" : "Cost", money(cost))
  ];
}

function retirements(now) {
  const all = now.stats.health.providers.flatMap(provider =>
    Object.entries(provider.model_retirements).map(([model, day]) => ({provider: provider.provider_id, model, day})));
  all.sort((a, b) => a.day.localeCompare(b.day));
  const today = overview.at.slice(0, 10);
  return all.length === 0 ? element("li", {class: "muted"}, "None is announced for the models in use.") : all.map(each =>
    element("li", {class: each.day <= today ? "bad" : "warn"},
      each.model + " of " + each.provider + (each.day <= today ? " was turned off on " : " is turned off on ") + each.day));
}

function configuration(now) {
  const {source, last_reload: reload} = overview.configuration;
  return [
    element("p", {}, source ? "Source: " + source : "Composed in code."),
    element("p", {}, "Last reload: ", reload ? [time(reload.at), " ", tag(reload.accepted ? "accepted" : "refused", reload.accepted ? "good" : "bad")] : "none"),
    reload && reload.errors.length > 0 ? element("ul", {class: "error"}, reload.errors.map(error => element("li", {}, error))) : null,
    element("pre", {tabindex: "0", "data-key": "description", "aria-label": "Composition of " + now.agent_id}, now.description)
  ];
}

function render() {
  const now = agent();
  const select = byId("agent");
  const ids = overview.agents.map(each => each.agent_id);
  if (JSON.stringify(ids) !== JSON.stringify([...select.options].map(option => option.value))) {
    select.replaceChildren(...ids.map(id => element("option", {value: id}, id)));
  }
  byId("agent-choice").hidden = ids.length < 2;
  byId("access").textContent = overview.access === "write" ? "may change" : "read only";
  if (!now) {
    byId("notice").textContent = "There is no agent.";
    return;
  }
  select.value = now.agent_id;
  const writes = overview.access === "write";
  replace(byId("summary"), summary(now));
  replace(byId("providers"), providers(now.stats.health.providers, writes ? operate : null));
  replace(byId("charts"), charts(now.series));
  byId("check").hidden = !writes;
  renderCalls();
  replace(byId("retirements"), retirements(now));
  replace(byId("configuration"), configuration(now));
}

function renderCalls() {
  const now = agent();
  const notable = byId("only-notable").checked;
  const list = overview.calls.filter(call => call.agent_id === now?.agent_id && (!notable || isNotable(call))).slice(0, 30);
  replace(byId("calls"), calls(list, open, (key, isOpen) => isOpen ? open.add(key) : open.delete(key)));
}

async function refresh() {
  clearTimeout(timer);
  const asked = api;
  try {
    refreshedAt = Date.now();
    const answer = await asked.get("/api/overview");
    if (api === asked) {
      overview = answer;
      render();
    }
  } catch (error) {
    if (api === asked && error instanceof Refused && error.status === 401) {
      leave("The token is not valid any more.");
      return;
    }
  }
  if (api === asked) {
    timer = setTimeout(refresh, REFRESH);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, refreshedAt + BETWEEN - Date.now()));
}

function show(event) {
  soon();
  if (QUIET.includes(event.type)) {
    return;
  }
  const data = Object.entries(event.data ?? {}).map(([name, value]) =>
    name + "=" + (typeof value === "number" && name.endsWith("_ms") ? millis(value) : value)).join(" ");
  const tone = BAD.includes(event.type) || event.data?.to === "open" || event.data?.health === "unhealthy" ? "bad"
    : event.type === "call.served" ? "good" : "warn";
  const list = byId("events");
  list.prepend(element("li", {}, time(event.timestamp), " ", tag(event.type ?? "lost", tone), " ",
    element("span", {class: "small"}, [event.agent, data].filter(Boolean).join(" "))));
  while (list.children.length > EVENTS) {
    list.lastElementChild.remove();
  }
}

async function watch() {
  const asked = api;
  let wait = 1000;
  while (api === asked) {
    stream = new AbortController();
    try {
      await asked.events(stream.signal, () => {
        wait = 1000;
        byId("connection").textContent = "live";
        soon();
      }, event => api === asked && show(event));
    } catch (error) {
      if (api === asked && error instanceof Refused && error.status === 401) {
        leave("The token is not valid any more.");
        return;
      }
    }
    if (api === asked) {
      byId("connection").textContent = "connection lost, trying again";
      await new Promise(done => setTimeout(done, wait));
      wait = Math.min(wait * 2, 30000);
    }
  }
}

async function operate(action, provider, body) {
  const id = encodeURIComponent(agent().agent_id);
  const path = action === "switch" ? "/api/agents/" + id + "/failover/switch"
    : "/api/agents/" + id + "/providers/" + encodeURIComponent(provider) + "/" + action;
  try {
    await api.post(path, body);
    byId("notice").textContent = {switch: provider + " is active now.", hold: provider + " is held for 10 minutes.", release: provider + " is released."}[action];
  } catch (error) {
    byId("notice").textContent = error.message;
  }
  await refresh();
}

async function check() {
  const button = byId("check");
  button.disabled = true;
  byId("notice").textContent = "Checking the health of all providers.";
  try {
    const health = await api.get("/api/agents/" + encodeURIComponent(agent().agent_id) + "/failover/health");
    byId("notice").textContent = "Health was checked: " + health.status + ".";
  } catch (error) {
    byId("notice").textContent = error.message;
  }
  button.disabled = false;
  await refresh();
}

function leave(message) {
  api = null;
  overview = null;
  clearTimeout(timer);
  stream?.abort();
  sessionStorage.removeItem(KEY);
  byId("board").hidden = true;
  byId("agent-choice").hidden = true;
  byId("leave").hidden = true;
  byId("sign-in").hidden = false;
  byId("access").textContent = "";
  byId("connection").textContent = "not connected";
  byId("sign-in-error").textContent = message ?? "";
  byId("events").replaceChildren();
  byId("notice").textContent = "";
  byId("token").focus();
}

async function enter(token) {
  const candidate = new Api(token);
  try {
    overview = await candidate.get("/api/overview");
  } catch (error) {
    leave(error instanceof Refused && error.status === 401 ? "This token is not accepted." : error.message);
    return;
  }
  api = candidate;
  refreshedAt = Date.now();
  sessionStorage.setItem(KEY, token);
  byId("token").value = "";
  byId("sign-in").hidden = true;
  byId("sign-in-error").textContent = "";
  byId("board").hidden = false;
  byId("leave").hidden = false;
  render();
  byId("content").focus();
  timer = setTimeout(refresh, REFRESH);
  watch();
}

byId("sign-in").addEventListener("submit", event => {
  event.preventDefault();
  enter(byId("token").value.trim());
});
byId("leave").addEventListener("click", () => leave());
byId("check").addEventListener("click", check);
byId("only-notable").addEventListener("change", renderCalls);
byId("agent").addEventListener("change", event => {
  chosen = event.target.value;
  render();
});
const kept = sessionStorage.getItem(KEY);
if (kept) {
  enter(kept);
}
