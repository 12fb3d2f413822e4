package dev.understudy.redis;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An application with an understudy, providers, circuits, and connections to Redis of its own. */
public final class FleetApplication implements FleetInstance {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    private final RedisSharedState shared;
    private final Understudy understudy;
    private final Runnable tripped;

    /**
     * Starts the application.
     *
     * @param uri address of Redis
     * @param namespace namespace of the shared state
     * @param attempted called for each attempt at the primary; returns whether the vendor is down
     * @param tripped called when a circuit opens for failures of this instance
     */
    public FleetApplication(String uri, String namespace, BooleanSupplier attempted, Runnable tripped) {
        this.tripped = tripped;
        shared = RedisSharedState.open(
                RedisOptions.of(uri), RedisSharedState.Options.defaults().withNamespace(namespace));
        understudy = Understudy.builder()
                .provider(primary(attempted))
                .provider(ScriptedProvider.named("backup").always(ScriptedAnswer.text("instead")))
                .sharedState(shared)
                .listener(this::heard)
                .build();
    }

    private static ChatProvider primary(BooleanSupplier attempted) {
        ChatProvider well = ScriptedProvider.named("primary").always(ScriptedAnswer.text("well"));
        ChatProvider dead = ScriptedProvider.named("primary").always(ScriptedAnswer.fail(FailureKind.SERVER));
        return new ForwardingChatProvider(well) {
            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return Mono.defer(() -> (attempted.getAsBoolean() ? dead : well).chat(request));
            }
        };
    }

    private void heard(Event event) {
        if (event instanceof Event.CircuitStateChanged change
                && change.to() == ProviderStatus.CircuitState.OPEN
                && !String.valueOf(change.reason()).startsWith("another instance")) {
            tripped.run();
        }
    }

    @Override
    public Mono<String> call() {
        return understudy.chat(REQUEST).map(answer -> answer.servedBy().provider());
    }

    @Override
    public boolean isConnected() {
        return shared.status().connected();
    }

    @Override
    public long outages() {
        return shared.status().outages();
    }

    @Override
    public void hold(String provider) {
        understudy.control().hold(provider, null);
    }

    @Override
    public boolean sees(String provider) {
        return understudy.control().status().stream()
                .anyMatch(status -> status.provider().equals(provider) && status.hold() != null);
    }

    @Override
    public void publishHold(String provider) {
        shared.publish(new Message("p/1", new HoldStarted(provider, null, null)));
    }

    @Override
    public Flux<String> holds() {
        return shared.updates().map(Message::update).ofType(HoldStarted.class).map(HoldStarted::provider);
    }

    @Override
    public void close() {
        understudy.close();
        shared.close();
    }
}
