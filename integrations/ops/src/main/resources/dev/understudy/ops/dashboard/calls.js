import {element, svg, tag, time, millis} from "./dom.js";

const CALL = {served: "good", failed: "bad", partial: "bad", cancelled: "idle"};
const ATTEMPT = {served: "good", failed: "bad", partial: "warn", skipped: "idle", wasted: "idle", cancelled: "idle"};

export function isNotable(call) {
  return call.outcome === "failed" || call.outcome === "partial" || call.fallback === true || call.attempts.length > 1;
}

// What happened on the way, in words: the order of the attempts says it.
function story(call) {
  const asked = call.attempts.filter(attempt => attempt.outcome !== "skipped");
  const words = [];
  asked.forEach((attempt, index) => {
    const before = asked[index - 1];
    if (!before) {
      return;
    }
    const moved = before.provider_id !== attempt.provider_id || before.model !== attempt.model;
    words.push(before.outcome === "partial" ? "takeover" : moved ? "failover" : "retry");
  });
  if (words.length === 0 && call.fallback) {
    words.push("failover");
  }
  return [...new Set(words)].join(", ");
}

function line(call) {
  const total = Math.max(call.attempts.reduce((sum, attempt) => sum + attempt.waited_ms + attempt.took_ms, 0), 1);
  let at = 0;
  const parts = [];
  for (const attempt of call.attempts) {
    at += attempt.waited_ms;
    const width = Math.max(attempt.took_ms, total / 200);
    parts.push(svg("rect", {class: "fill-" + (ATTEMPT[attempt.outcome] ?? "idle"), x: at / total * 1000, y: 1, width: width / total * 1000, height: 12}));
    at += attempt.took_ms;
  }
  return svg("svg", {class: "timeline", viewBox: "0 0 1005 14", preserveAspectRatio: "none", "aria-hidden": "true"}, parts);
}

function attempts(call) {
  const heads = ["Provider", "Model", "Outcome", "Waited", "Took", "First token", "Reason"];
  return element("table", {class: "stack"},
    element("caption", {}, "Attempts of call " + call.call),
    element("thead", {}, element("tr", {}, heads.map(head => element("th", {scope: "col"}, head)))),
    element("tbody", {}, call.attempts.map(attempt => {
      const reason = [attempt.kind, attempt.status, attempt.message].filter(Boolean).join(" ");
      const cells = [attempt.model, tag(attempt.outcome, ATTEMPT[attempt.outcome] ?? "idle"), millis(attempt.waited_ms),
        millis(attempt.took_ms), millis(attempt.first_content_ms), reason || "–"];
      return element("tr", {}, element("th", {scope: "row", "data-label": heads[0]}, attempt.provider_id),
        cells.map((cell, index) => element("td", {"data-label": heads[index + 1]}, cell)));
    })));
}

export function calls(list, open, toggled) {
  return list.length === 0 ? element("p", {class: "muted"}, "No calls yet.") : list.map(call => {
    const key = call.agent_id + "/" + call.call;
    const how = story(call);
    const served = call.provider_id ? call.provider_id + " / " + call.served_model : "no provider";
    const details = element("details", {class: "call", open: open.has(key)},
      element("summary", {"data-key": "call/" + key},
        time(call.at), tag(call.outcome, CALL[call.outcome] ?? "idle"),
        element("div", {class: "line"},
          element("div", {}, call.model + " by " + served + (call.stream ? ", stream" : "") + (how ? ", " + how : "")), line(call)),
        element("span", {}, millis(call.took_ms))));
    const show = () => {
      if (details.open && details.children.length === 1) {
        details.append(call.attempts.length === 0 ? element("p", {class: "muted"}, "No attempt was made.") : attempts(call));
      }
    };
    show();
    details.addEventListener("toggle", () => {
      show();
      toggled(key, details.open);
    });
    return details;
  });
}
