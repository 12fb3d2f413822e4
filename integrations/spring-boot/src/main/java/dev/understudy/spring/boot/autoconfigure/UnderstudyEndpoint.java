package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyControl;
import dev.understudy.ops.agent.Agents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import reactor.core.publisher.Mono;

/** Actuator endpoint of agents: reads the status of providers; holds, releases and switches providers where writes are allowed. */
@Endpoint(id = "understudy", defaultAccess = Access.READ_ONLY)
final class UnderstudyEndpoint {

    /** Operations on a provider. */
    enum Action {
        HOLD,
        RELEASE,
        SWITCH
    }

    private final Agents agents;

    UnderstudyEndpoint(Agents agents) {
        this.agents = agents;
    }

    /** Returns the providers of all agents. Publishers, because operations that return values are moved to other threads. */
    @ReadOperation
    Mono<Map<String, Object>> agents() {
        return Mono.fromSupplier(() -> {
            Map<String, Object> all = new LinkedHashMap<>();
            for (String id : agents.ids()) {
                Understudy understudy = agents.understudy(id);
                if (understudy != null) {
                    all.put(id, providers(understudy));
                }
            }
            return Map.of("agents", all);
        });
    }

    /** Returns the providers of one agent; nothing if there is no such agent. */
    @ReadOperation
    Mono<List<Map<String, Object>>> agent(@Selector String agent) {
        return Mono.fromSupplier(() -> agents.understudy(agent)).map(UnderstudyEndpoint::providers);
    }

    /**
     * Changes a provider of an agent.
     *
     * @param action hold, release or switch
     * @param duration time of a hold; {@code null} until it is released
     * @return the providers of the agent afterwards
     */
    @WriteOperation
    Mono<List<Map<String, Object>>> change(
            @Selector String agent, @Selector String provider, Action action, @Nullable Duration duration) {
        return Mono.fromSupplier(() -> {
            Understudy understudy = agents.understudy(agent);
            if (understudy == null || !hasProvider(understudy, provider)) {
                throw new InvalidEndpointRequestException("There is no such agent or provider", "unknown name");
            }
            if (duration != null && (duration.isNegative() || duration.isZero())) {
                throw new InvalidEndpointRequestException("A hold is longer than zero", "duration is zero or less");
            }
            change(understudy.control(), provider, action, duration);
            return providers(understudy);
        });
    }

    private static void change(UnderstudyControl control, String provider, Action action, @Nullable Duration duration) {
        switch (action) {
            case HOLD -> control.hold(provider, duration);
            case RELEASE -> control.release(provider);
            case SWITCH -> control.switchTo(provider);
        }
    }

    private static List<Map<String, Object>> providers(Understudy understudy) {
        return understudy.control().status().stream().map(ProviderView::details).toList();
    }

    private static boolean hasProvider(Understudy understudy, String provider) {
        return understudy.control().status().stream()
                .anyMatch(status -> status.provider().equals(provider));
    }
}
