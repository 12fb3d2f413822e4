package dev.understudy.ops.admin;

import dev.understudy.Understudy;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.agent.FailoverSettings;
import dev.understudy.ops.config.Durations;
import dev.understudy.ops.config.Suggestions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What operators read of agents, and do to them. */
final class AgentRoutes {

    /** Keys of the configuration and the fields of request bodies that set them. */
    private static final Map<String, String> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("primary", "primary_provider_id");
        FIELDS.put("backups", "backup_provider_ids");
        FIELDS.put("failover.maxConsecutiveFailures", "max_consecutive_failures");
        FIELDS.put("healthCheck.interval", "health_check_interval");
        FIELDS.put("healthCheck.timeout", "health_check_timeout");
        FIELDS.put("healthCheck.query", "health_check_query");
    }

    private static final String BY = "write";

    private final Agents agents;
    private final ActivityLog activityLog;

    AgentRoutes(Agents agents, ActivityLog activityLog) {
        this.agents = agents;
        this.activityLog = activityLog;
    }

    List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/api/agents/{agentId}/failover", this::settings),
                AdminRoute.post("/api/agents/{agentId}/failover", this::configure),
                AdminRoute.get(
                        "/api/agents/{agentId}/failover/stats",
                        asked -> document(StatisticsJson.of(agent(asked), activityLog, door(asked)))),
                AdminRoute.get(
                        "/api/agents/{agentId}/failover/health",
                        asked -> document(StatusJson.health(agent(asked), door(asked)))),
                AdminRoute.post("/api/agents/{agentId}/failover/switch", this::switchTo),
                AdminRoute.post("/api/agents/{agentId}/providers/{providerId}/hold", this::hold),
                AdminRoute.post("/api/agents/{agentId}/providers/{providerId}/release", this::release),
                AdminRoute.get("/api/providers/health", asked -> document(StatusJson.everybody(agents))));
    }

    private Mono<AdminRoute.Answer> settings(AdminRoute.Asked asked) {
        return document(StatusJson.settings(agent(asked), current(asked), door(asked)));
    }

    private Mono<AdminRoute.Answer> configure(AdminRoute.Asked asked) {
        String agent = agent(asked);
        // Building a chain is quick, but it may have to wait for another change.
        return Mono.<AdminRoute.Answer>fromCallable(() -> {
                    if (change(agent, asked.body())) {
                        tell(door(asked), "configure", null, "failover of " + agent + " is configured");
                    }
                    return new AdminRoute.Document(StatusJson.settings(agent, current(asked), door(asked)));
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** What is left out stays as it is. */
    private static FailoverSettings wanted(RequestFields requestFields, FailoverSettings before) {
        FailoverSettings.HealthCheck check = before.healthCheck();
        String primary = requestFields.text("primary_provider_id");
        List<String> backups = requestFields.texts("backup_provider_ids");
        Boolean automatic = requestFields.flag("auto_failover_enabled");
        Integer failures = requestFields.count("max_consecutive_failures");
        Boolean enabled = requestFields.flag("health_check_enabled");
        Duration interval = requestFields.duration("health_check_interval");
        Duration timeout = requestFields.duration("health_check_timeout");
        String query = requestFields.text("health_check_query");
        requestFields.check();
        return new FailoverSettings(
                or(primary, before.primary()),
                or(backups, before.backups()),
                or(automatic, before.automatic()),
                or(failures, before.maxConsecutiveFailures()),
                new FailoverSettings.HealthCheck(
                        or(enabled, check.enabled()),
                        or(interval, check.interval()),
                        or(timeout, check.timeout()),
                        query == null ? check.query() : query));
    }

    private static <T> T or(@Nullable T told, T before) {
        return told == null ? before : told;
    }

    /** What is left out is what another operator may just have changed, so it is looked up when it is this one's turn. */
    private boolean change(String agent, Map<String, @Nullable Object> body) {
        try {
            return agents.change(agent, before -> wanted(new RequestFields(body), before));
        } catch (ConfigException refused) {
            throw Problem.invalid(refused.errors().stream()
                    .map(mistake -> new Problem.Mistake(
                            pointer(agent, mistake.path()), mistake.what() + "; " + mistake.right()))
                    .toList());
        } catch (UnsupportedOperationException composed) {
            throw Problem.of(409, "composed-in-code", "Composed in code", String.valueOf(composed.getMessage()));
        } catch (IllegalArgumentException gone) {
            throw unknownAgent(agent);
        }
    }

    /** Translates the path of a configuration key into a JSON pointer into the request body. */
    private static String pointer(String agent, String path) {
        String own = path.startsWith("agents." + agent + ".") ? path.substring(agent.length() + 8) : path;
        String field = own.replaceFirst("\\[\\d+]$", "");
        String index = own.substring(field.length()).replaceAll("[\\[\\]]", "");
        return "#/" + FIELDS.getOrDefault(field, field) + (index.isEmpty() ? "" : "/" + index);
    }

    private Mono<AdminRoute.Answer> switchTo(AdminRoute.Asked asked) {
        RequestFields requestFields = new RequestFields(asked.body());
        requestFields.require("provider_id");
        String provider = requestFields.text("provider_id");
        Understudy door = door(asked);
        if (provider != null && !cast(door).contains(provider)) {
            requestFields.wrong(
                    "provider_id", "is the name of no provider of this agent: " + Suggestions.to(provider, cast(door)));
        }
        requestFields.check();
        String to = Objects.requireNonNull(provider);
        String from = StatusJson.active(door);
        door.control().switchTo(to);
        if (!from.equals(to)) {
            tell(door, "switch", to, to + " is asked first instead of " + from);
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("agent_id", agent(asked));
        body.put("previous_provider_id", from);
        body.put("active_provider_id", to);
        return document(body);
    }

    private Mono<AdminRoute.Answer> hold(AdminRoute.Asked asked) {
        Understudy door = door(asked);
        String provider = provider(asked, door);
        RequestFields requestFields = new RequestFields(asked.body());
        Duration time = requestFields.duration("for");
        String model = requestFields.text("model");
        requestFields.check();
        if (model == null) {
            door.control().hold(provider, time);
        } else {
            door.control().hold(provider, model, time);
        }
        String until = time == null ? "until it is released" : "for " + Durations.written(time);
        tell(door, "hold", provider, (model == null ? provider : provider + "/" + model) + " is held " + until);
        return document(StatusJson.health(agent(asked), door));
    }

    private Mono<AdminRoute.Answer> release(AdminRoute.Asked asked) {
        Understudy door = door(asked);
        String provider = provider(asked, door);
        new RequestFields(asked.body()).check();
        door.control().release(provider);
        tell(door, "release", provider, provider + " is released");
        return document(StatusJson.health(agent(asked), door));
    }

    private static void tell(Understudy door, String action, @Nullable String provider, String what) {
        // With a second listener, for then what the first one throws is dropped.
        door.listener().and(Listener.none()).on(new Event.OperatorAction(door.name(), BY, action, provider, what));
    }

    private static String agent(AdminRoute.Asked asked) {
        return asked.named("agentId");
    }

    private Understudy door(AdminRoute.Asked asked) {
        Understudy door = agents.understudy(agent(asked));
        if (door == null) {
            throw unknownAgent(agent(asked));
        }
        return door;
    }

    private FailoverSettings current(AdminRoute.Asked asked) {
        FailoverSettings settings = agents.failover(agent(asked));
        if (settings == null) {
            throw unknownAgent(agent(asked));
        }
        return settings;
    }

    private static String provider(AdminRoute.Asked asked, Understudy door) {
        String provider = asked.named("providerId");
        if (!cast(door).contains(provider)) {
            throw Problem.of(404, "unknown-provider", "Unknown provider", "No provider of this agent has this name");
        }
        return provider;
    }

    private static List<String> cast(Understudy door) {
        return door.control().status().stream().map(ProviderStatus::provider).toList();
    }

    private Problem unknownAgent(String agent) {
        return Problem.of(
                404,
                "unknown-agent",
                "Unknown agent",
                "No agent of this name is configured: " + Suggestions.to(agent, agents.ids()));
    }

    private static Mono<AdminRoute.Answer> document(Map<String, @Nullable Object> body) {
        return Mono.just(new AdminRoute.Document(body));
    }
}
