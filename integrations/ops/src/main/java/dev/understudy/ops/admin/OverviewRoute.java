package dev.understudy.ops.admin;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.FailoverSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Everything that the dashboard shows, in one answer. */
final class OverviewRoute {

    private final Agents agents;
    private final ActivityLog activityLog;

    OverviewRoute(Agents agents, ActivityLog activityLog) {
        this.agents = agents;
        this.activityLog = activityLog;
        activityLog.price(this::cost);
    }

    AdminRoute route() {
        return AdminRoute.get("/api/overview", request -> Mono.just(new AdminRoute.Document(json(request.writes()))));
    }

    private double cost(String agent, AttemptLog.Attempt attempt) {
        Understudy understudy = agents.understudy(agent);
        if (understudy == null) {
            return 0;
        }
        try {
            Capabilities.Price price =
                    understudy.capabilities(attempt.provider(), attempt.model()).price();
            return price == null ? 0 : price.cost(attempt.usage());
        } catch (RuntimeException e) {
            return 0; // a provider that is gone, or a caller's own whose capabilities fail
        }
    }

    private Map<String, @Nullable Object> json(boolean writes) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("access", writes ? "write" : "read");
        view.put("at", activityLog.now().toString());
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (String agent : agents.ids()) {
            Understudy understudy = agents.understudy(agent);
            FailoverSettings settings = agents.failover(agent);
            if (understudy != null && settings != null) {
                all.add(agent(agent, understudy, settings));
            }
        }
        view.put("agents", all);
        view.put("calls", activityLog.recentCalls().latest());
        view.put("configuration", configuration());
        return view;
    }

    private Map<String, @Nullable Object> agent(String agent, Understudy understudy, FailoverSettings settings) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("agent_id", agent);
        view.put("settings", StatusJson.settings(agent, settings, understudy));
        view.put("stats", StatisticsJson.of(agent, activityLog, understudy));
        view.put("series", activityLog.series(agent).json(activityLog.now()));
        view.put("description", understudy.describe());
        return view;
    }

    private Map<String, @Nullable Object> configuration() {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        Config config = agents.config();
        view.put("source", config == null ? null : config.source());
        Agents.Reload reload = agents.lastReload();
        view.put("last_reload", reload == null ? null : reload(reload));
        return view;
    }

    private static Map<String, @Nullable Object> reload(Agents.Reload reload) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("at", reload.at().toString());
        view.put("source", reload.source());
        view.put("accepted", reload.accepted());
        view.put("errors", reload.errors().stream().map(String::valueOf).toList());
        return view;
    }
}
