import {element, svg, count, millis, money} from "./dom.js";

const HEIGHT = 60;
const STEP = 10;

// Bars of one or more stacked values. The caption says the same in words.
function bars(title, total, series, parts) {
  const highest = Math.max(...series.map(at => parts.reduce((sum, part) => sum + (part.value(at) ?? 0), 0)), 0);
  const shapes = [];
  series.forEach((at, index) => {
    let below = 0;
    for (const part of parts) {
      const value = part.value(at) ?? 0;
      if (value > 0) {
        const height = Math.max(1.5, value / highest * HEIGHT);
        shapes.push(svg("rect", {
          class: "fill-" + part.tone, x: index * STEP, y: HEIGHT - below - height, width: STEP - 2, height
        }));
        below += height;
      }
    }
  });
  const words = title + ": " + total + ". Highest interval of 15 seconds: " + parts[0].text(highest) + ".";
  return element("figure", {},
    element("figcaption", {}, element("span", {class: "muted"}, title), " ", element("strong", {}, total)),
    svg("svg", {
      class: "chart", role: "img", "aria-label": words, preserveAspectRatio: "none",
      viewBox: "0 0 " + series.length * STEP + " " + HEIGHT
    }, svg("title", {}, words), shapes));
}

function sum(series, value) {
  return series.reduce((all, at) => all + (value(at) ?? 0), 0);
}

export function charts(series) {
  const failed = sum(series, at => at.failed);
  const firsts = series.filter(at => at.first_content_ms !== null);
  const average = firsts.length === 0 ? null : sum(firsts, at => at.first_content_ms) / firsts.length;
  return [
    bars("Calls", count(sum(series, at => at.served)) + " served, " + count(failed) + " failed", series, [
      {tone: "good", value: at => at.served - at.fallback, text: count},
      {tone: "warn", value: at => at.fallback, text: count},
      {tone: "bad", value: at => at.failed, text: count},
      {tone: "idle", value: at => at.cancelled, text: count}]),
    bars("Failovers and takeovers",
      count(sum(series, at => at.failovers)) + " and " + count(sum(series, at => at.takeovers)), series, [
        {tone: "warn", value: at => at.failovers, text: count},
        {tone: "accent", value: at => at.takeovers, text: count}]),
    bars("Time to first token", millis(average) + " on average", series, [
      {tone: "accent", value: at => at.first_content_ms, text: millis}]),
    bars("Cost", money(sum(series, at => at.cost)), series, [{tone: "good", value: at => at.cost, text: money}]),
    bars("Waste", money(sum(series, at => at.wasted_cost)) + ", "
      + count(sum(series, at => at.wasted_tokens)) + " tokens", series, [
      {tone: "bad", value: at => at.wasted_tokens, text: count}])
  ];
}
