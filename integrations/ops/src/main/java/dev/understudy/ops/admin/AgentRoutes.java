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

/** Routes that show and change agents. */
final class AgentRoutes {

    private static final String BY = "write";

    private final Agents agents;
    private final ActivityLog activityLog;
    private final NewAgents newAgents;

    AgentRoutes(Agents agents, ActivityLog activityLog) {
        this.agents = agents;
        this.activityLog = activityLog;
        this.newAgents = new NewAgents(agents);
    }

    List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/api/agents/{agentId}/failover", this::settings),
                AdminRoute.post("/api/agents/{agentId}/failover", this::configure),
                AdminRoute.get(
                        "/api/agents/{agentId}/failover/stats",
                        request -> document(StatisticsJson.of(agent(request), activityLog, understudy(request)))),
                AdminRoute.get("/api/agents/{agentId}/failover/health", this::health),
                AdminRoute.post("/api/agents/{agentId}/failover/switch", this::switchTo),
                AdminRoute.post("/api/agents/{agentId}/providers/{providerId}/hold", this::hold),
                AdminRoute.post("/api/agents/{agentId}/providers/{providerId}/release", this::release),
                AdminRoute.get("/api/providers/health", request -> document(StatusJson.allProviders(agents))));
    }

    private Mono<AdminRoute.Answer> settings(AdminRoute.Request request) {
        return document(StatusJson.settings(agent(request), current(request), understudy(request)));
    }

    private Mono<AdminRoute.Answer> configure(AdminRoute.Request request) {
        String agent = agent(request);
        // Composing a chain is quick, but it may have to wait for another change.
        return Mono.<AdminRoute.Answer>fromCallable(() -> {
                    if (newAgents.create(agent, request.body())) {
                        publish(understudy(request), "create", null, agent + " is created");
                    } else if (change(agent, request.body())) {
                        publish(understudy(request), "configure", null, "failover of " + agent + " is configured");
                    }
                    return new AdminRoute.Document(StatusJson.settings(agent, current(request), understudy(request)));
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private Mono<AdminRoute.Answer> health(AdminRoute.Request request) {
        boolean check = SettingsFields.flag(request.query(), "check", true);
        String agent = agent(request);
        Understudy understudy = understudy(request);
        return check
                ? understudy
                        .control()
                        .checkHealth()
                        .map(providers -> new AdminRoute.Document(StatusJson.checked(agent, understudy, true)))
                : document(StatusJson.checked(agent, understudy, false));
    }

    /**
     * Merges the body into the settings that are current when the change is applied, so that concurrent changes are
     * not lost.
     */
    private boolean change(String agent, Map<String, @Nullable Object> body) {
        try {
            return agents.change(
                    agent, before -> SettingsFields.read(agent, body).over(before));
        } catch (ConfigException refused) {
            throw SettingsFields.problem(agent, refused);
        } catch (UnsupportedOperationException composed) {
            throw Problem.of(409, "composed-in-code", "Composed in code", String.valueOf(composed.getMessage()));
        } catch (IllegalArgumentException gone) {
            throw unknownAgent(agent);
        }
    }

    private Mono<AdminRoute.Answer> switchTo(AdminRoute.Request request) {
        RequestFields requestFields = new RequestFields(request.body());
        requestFields.require("provider_id");
        String provider = requestFields.text("provider_id");
        Understudy understudy = understudy(request);
        if (provider != null && !providers(understudy).contains(provider)) {
            requestFields.wrong(
                    "provider_id",
                    "is the name of no provider of this agent: " + Suggestions.to(provider, providers(understudy)));
        }
        requestFields.check();
        String to = Objects.requireNonNull(provider);
        String from = StatusJson.active(understudy);
        understudy.control().switchTo(to);
        if (!from.equals(to)) {
            publish(understudy, "switch", to, to + " is asked first instead of " + from);
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("agent_id", agent(request));
        body.put("previous_provider_id", from);
        body.put("active_provider_id", to);
        return document(body);
    }

    private Mono<AdminRoute.Answer> hold(AdminRoute.Request request) {
        Understudy understudy = understudy(request);
        String provider = provider(request, understudy);
        RequestFields requestFields = new RequestFields(request.body());
        Duration time = requestFields.duration("for");
        String model = requestFields.text("model");
        requestFields.check();
        boolean used = true;
        if (model == null) {
            understudy.control().hold(provider, time);
        } else {
            used = understudy.control().hold(provider, model, time);
        }
        String until = time == null ? "until it is released" : "for " + Durations.written(time);
        String unused = used ? "" : "; no call has used this model so far, check its name";
        publish(
                understudy,
                "hold",
                provider,
                (model == null ? provider : provider + "/" + model) + " is held " + until + unused);
        return document(StatusJson.health(agent(request), understudy));
    }

    private Mono<AdminRoute.Answer> release(AdminRoute.Request request) {
        Understudy understudy = understudy(request);
        String provider = provider(request, understudy);
        new RequestFields(request.body()).check();
        understudy.control().release(provider);
        publish(understudy, "release", provider, provider + " is released");
        return document(StatusJson.health(agent(request), understudy));
    }

    private static void publish(Understudy understudy, String action, @Nullable String provider, String what) {
        // Listener.and drops exceptions of the first listener, so that the response does not depend on listeners.
        understudy
                .listener()
                .and(Listener.none())
                .on(new Event.OperatorAction(understudy.name(), BY, action, provider, what));
    }

    private static String agent(AdminRoute.Request request) {
        return request.pathParameter("agentId");
    }

    private Understudy understudy(AdminRoute.Request request) {
        Understudy understudy = agents.understudy(agent(request));
        if (understudy == null) {
            throw unknownAgent(agent(request));
        }
        return understudy;
    }

    private FailoverSettings current(AdminRoute.Request request) {
        FailoverSettings settings = agents.failover(agent(request));
        if (settings == null) {
            throw unknownAgent(agent(request));
        }
        return settings;
    }

    private static String provider(AdminRoute.Request request, Understudy understudy) {
        String provider = request.pathParameter("providerId");
        if (!providers(understudy).contains(provider)) {
            throw Problem.of(404, "unknown-provider", "Unknown provider", "No provider of this agent has this name");
        }
        return provider;
    }

    private static List<String> providers(Understudy understudy) {
        return understudy.control().status().stream()
                .map(ProviderStatus::provider)
                .toList();
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
