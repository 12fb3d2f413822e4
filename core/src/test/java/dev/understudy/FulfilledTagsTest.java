package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Clients within clients: tags that an outer one has found at its provider are not required of the inner one's. */
class FulfilledTagsTest {

    private static final UnaryOperator<Context> EU = CallContext.require("region", "eu");
    private static final UnaryOperator<Context> GOLD = CallContext.require("tier", "gold");

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tagsOfEveryOuterClientAreFulfilled(boolean streamed) {
        Understudy inner = scenario.builder(a).name("inner").build();
        Understudy middle = tagged("middle", new Requiring(inner, GOLD), "tier", "gold");
        Understudy outer = tagged("outer", new Requiring(middle, GOLD), "region", "eu");
        assertThat(ask(outer, EU, streamed).served()).isTrue();
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void furtherTagIsRequiredOfTheInnerProviders(boolean streamed) {
        Understudy inner = scenario.builder(a)
                .name("inner")
                .provider(b, ProviderOptions.defaults().withTag("tier", "gold"))
                .build();
        Understudy outer = tagged("outer", new Requiring(inner, GOLD), "region", "eu");
        assertThat(ask(outer, EU, streamed).served()).isTrue();
        assertThat(a.subscriptions()).isZero();
        assertThat(b.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void avoidedRoutesReachTheInnerClient(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Understudy inner = scenario.builder(a, b).name("inner").build();
        Understudy outer = tagged("outer", inner, "region", "eu");
        assertThat(ask(outer, both(EU, CallContext.avoid("a")), streamed).served())
                .isTrue();
        assertThat(b.subscriptions()).isEqualTo(1);
        assertThat(ask(outer, both(EU, CallContext.avoid("a", "b")), streamed).error)
                .isInstanceOf(ChatException.class);
    }

    private Understudy tagged(String name, ChatProvider provider, String tag, String value) {
        return scenario.builder()
                .name(name)
                .provider(provider, ProviderOptions.defaults().withTag(tag, value))
                .build();
    }

    private static UnaryOperator<Context> both(UnaryOperator<Context> one, UnaryOperator<Context> other) {
        return context -> one.apply(other.apply(context));
    }

    private CallResult ask(Understudy understudy, UnaryOperator<Context> context, boolean streamed) {
        return streamed
                ? scenario.stream(understudy.stream(REQUEST).contextWrite(context))
                : scenario.chat(understudy.chat(REQUEST).contextWrite(context));
    }

    /** Adds options to the calls of another provider. */
    private record Requiring(ChatProvider inner, UnaryOperator<Context> options) implements ChatProvider {

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return inner.chat(request).contextWrite(options);
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return inner.stream(request).contextWrite(options);
        }
    }
}
