package dev.understudy.ops.admin;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.event.ProviderStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Statistics of one agent from the {@link ActivityLog}, as JSON. */
final class StatisticsJson {

    private StatisticsJson() {}

    static Map<String, @Nullable Object> of(String agent, ActivityLog activityLog, Understudy understudy) {
        AgentCounters agentCounters = activityLog.of(agent);
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("agent_id", agent);
        view.put("since", activityLog.since().toString());
        view.put("active_provider_id", StatusJson.active(understudy));
        view.put("calls", calls(agentCounters));
        view.put("failovers", agentCounters.failovers.sum());
        view.put("retries", agentCounters.retries.sum());
        view.put("hedges", agentCounters.hedges.sum());
        view.put("takeovers", agentCounters.takeovers.sum());
        view.put("lost_answers", agentCounters.lostStreams.sum());
        view.put("last_failover", last(agentCounters.lastFailover()));
        view.put("health", StatusJson.health(agent, understudy));
        List<String> providers = understudy.control().status().stream()
                .map(ProviderStatus::provider)
                .toList();
        view.put(
                "providers",
                Stream.concat(
                                providers.stream(),
                                agentCounters.providers().keySet().stream().sorted())
                        .distinct()
                        .map(name -> provider(name, agentCounters, providers.contains(name) ? understudy : null))
                        .toList());
        return view;
    }

    private static Map<String, Object> calls(AgentCounters agentCounters) {
        long served = agentCounters.served.sum();
        long failed = agentCounters.failed.sum();
        long cancelled = agentCounters.cancelled.sum();
        Map<String, Object> calls = new LinkedHashMap<>();
        calls.put("ended", served + failed + cancelled);
        calls.put("served", served);
        calls.put("served_by_backup", agentCounters.servedByBackup.sum());
        calls.put("failed", failed);
        calls.put("cancelled", cancelled);
        return calls;
    }

    private static @Nullable Object last(AgentCounters.@Nullable LastFailover last) {
        if (last == null) {
            return null;
        }
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("at", last.at().toString());
        view.put("from_provider_id", last.event().from().provider());
        view.put("to_provider_id", last.event().to().provider());
        view.put("reason", last.event().failure().kind().label());
        view.put("message", last.event().failure().message());
        return view;
    }

    /** @param understudy source of prices; {@code null} when the provider is not in the chain any more */
    private static Map<String, @Nullable Object> provider(
            String name, AgentCounters all, @Nullable Understudy understudy) {
        ProviderCounters counters = all.providers().getOrDefault(name, new ProviderCounters());
        long input = 0;
        long cached = 0;
        long output = 0;
        long reasoning = 0;
        long unpriced = 0;
        double cost = 0;
        for (Map.Entry<String, ProviderCounters.Tokens> used : counters.tokens().entrySet()) {
            ProviderCounters.Tokens tokens = used.getValue();
            Capabilities.Price price = understudy == null || used.getKey().equals(ProviderCounters.OTHER_MODELS)
                    ? null
                    : understudy.capabilities(name, used.getKey()).price();
            input += tokens.input();
            cached += tokens.cachedInput();
            output += tokens.output();
            reasoning += tokens.reasoning();
            unpriced += price == null ? tokens.input() + tokens.output() : 0;
            cost += price == null ? 0 : cost(price, tokens);
        }
        Map<String, @Nullable Object> tokens = new LinkedHashMap<>();
        tokens.put("input", input);
        tokens.put("cached_input", cached);
        tokens.put("output", output);
        tokens.put("reasoning", reasoning);
        tokens.put("unpriced", unpriced);
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("provider_id", name);
        view.put("attempts", counters.attempts.sum());
        view.put("served", counters.served.sum());
        view.put("failures", counters.failures());
        view.put("given_up", counters.abandoned.sum());
        view.put("skipped", counters.skipped.sum());
        view.put("tokens", tokens);
        view.put("cost", cost);
        return view;
    }

    private static double cost(Capabilities.Price price, ProviderCounters.Tokens tokens) {
        long cached = tokens.cachedInput();
        long written = tokens.cacheWrite();
        long fresh = Math.max(0, tokens.input() - cached - written);
        return (fresh * price.input()
                        + cached * price.cachedInput()
                        + written * price.cacheWrite()
                        + tokens.output() * price.output())
                / 1e6;
    }
}
