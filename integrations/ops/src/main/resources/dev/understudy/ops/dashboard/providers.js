import {element, tag, time, millis, count} from "./dom.js";

const HEALTH = {healthy: "good", unhealthy: "bad", unknown: "idle", checking: "warn"};
const CIRCUIT = {closed: "good", open: "bad", half_open: "warn", forced_open: "warn", disabled: "idle"};
const COLUMNS = ["Provider", "Health", "Circuits", "Cooldowns", "In flight", "Success", "Response", "First token", "Last failure"];

function health(provider) {
  const until = provider.held_until ? [" until ", time(provider.held_until)] : [];
  return [
    tag(provider.status, HEALTH[provider.status] ?? "idle"),
    provider.held ? element("div", {class: "warn small"}, "held", until) : null,
    element("div", {class: "muted small"}, "checked ", time(provider.last_check)),
    provider.consecutive_failures > 0
      ? element("div", {class: "bad small"}, count(provider.consecutive_failures) + (provider.consecutive_failures === 1 ? " failure" : " failures in a row")) : null
  ];
}

function circuits(provider) {
  const all = Object.entries(provider.circuits);
  return all.length === 0 ? element("span", {class: "muted"}, "none yet") : all.map(([model, state]) =>
    element("div", {}, tag(state.replace("_", "-"), CIRCUIT[state] ?? "idle"), " ", model));
}

function cooldowns(provider) {
  return provider.cooling_down_keys.length === 0 ? "–" : provider.cooling_down_keys.map(key =>
    element("div", {}, key.fingerprint, " ", key.until ? ["until ", time(key.until)] : "for good"));
}

function failure(provider) {
  return provider.last_failure === null ? "–" : [
    time(provider.last_failure), element("div", {class: "small"}, provider.error_message)];
}

function actions(provider, operate) {
  const name = provider.provider_id;
  const button = (text, action, body, disabled) => element("button", {
    type: "button", disabled, "data-key": action + "/" + name, "aria-label": text + ": " + name,
    onclick: () => operate(action, name, body)
  }, text);
  return element("div", {class: "actions"},
    button("Make active", "switch", {provider_id: name}, provider.active),
    button("Hold 10 min", "hold", {for: "10m"}, provider.held),
    button("Release", "release", {}));
}

// operate is null for a token that only reads
export function providers(list, operate) {
  const heads = operate ? [...COLUMNS, "Actions"] : COLUMNS;
  const rows = list.map(provider => {
    const cells = [
      health(provider), circuits(provider), cooldowns(provider), count(provider.in_flight),
      Math.round(provider.success_rate * 100) + " %", millis(provider.average_response_time_ms ?? provider.response_time_ms),
      millis(provider.first_content_ms), failure(provider)];
    if (operate) {
      cells.push(actions(provider, operate));
    }
    const name = element("div", {}, provider.provider_id, " ", provider.active ? tag("active", "good") : null);
    return element("tr", {},
      element("th", {scope: "row", "data-label": heads[0]}, name),
      cells.map((cell, index) => element("td", {"data-label": heads[index + 1]}, element("div", {}, cell))));
  });
  return element("table", {class: "stack"},
    element("thead", {}, element("tr", {}, heads.map(head => element("th", {scope: "col"}, head)))),
    element("tbody", {}, rows));
}
