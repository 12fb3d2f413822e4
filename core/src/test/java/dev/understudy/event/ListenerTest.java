package dev.understudy.event;

import static dev.understudy.VirtualStage.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.VirtualStage;
import dev.understudy.VirtualStage.Heard;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Who hears what: the door's listener all of it, a call's own listener that call and no other. */
class ListenerTest {

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final List<Event> own = new ArrayList<>();

    private Heard ask(boolean streamed, Understudy understudy, UnaryOperator<Context> context) {
        return streamed
                ? stage.stream(understudy.stream(REQUEST).contextWrite(context))
                : stage.chat(understudy.chat(REQUEST).contextWrite(context));
    }

    private static List<Class<?>> kinds(List<Event> events) {
        return events.stream().<Class<?>>map(Event::getClass).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallsListenerHearsWhatTheDoorHearsOfThisCallAndOfNoOther(boolean streamed) {
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = stage.builder(a, b).build();
        Heard heard = ask(streamed, understudy, CallContext.listener(own::add));
        assertThat(heard.by()).isEqualTo("b");
        assertThat(own).isEqualTo(stage.events).isNotEmpty();
        assertThat(kinds(own)).contains(Event.FailedOver.class, Event.CallSucceeded.class);
        int before = own.size();
        ask(streamed, understudy, context -> context);
        assertThat(own).hasSize(before);
        assertThat(stage.events.size()).isGreaterThan(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachSubscriptionIsHeardAnew(boolean streamed) {
        Understudy understudy = stage.builder(a).build();
        Flux<?> call =
                streamed ? understudy.stream(REQUEST) : understudy.chat(REQUEST).flux();
        call.contextWrite(CallContext.listener(own::add)).repeat(1).blockLast(Duration.ofSeconds(5));
        assertThat(own).filteredOn(Event.CallSucceeded.class::isInstance).hasSize(2);
        assertThat(own.stream().map(event -> event.call().number()).distinct()).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofSeveralTheNearestHearsFirstAndOneThatThrowsHarmsNobody(boolean streamed) {
        List<String> order = new ArrayList<>();
        Understudy understudy = stage.builder(a)
                .listener(event -> {
                    order.add("door");
                    throw new IllegalStateException("the door's");
                })
                .build();
        Heard heard = ask(streamed, understudy, context -> CallContext.listener(event -> {
                    order.add("near");
                    throw new IllegalStateException("the near one's");
                })
                .apply(CallContext.listener(event -> order.add("far")).apply(context)));
        assertThat(heard.by()).isEqualTo("a");
        assertThat(order.subList(0, 3)).containsExactly("door", "near", "far");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnderstudyInsideTellsItsStepsToItsOwnListenerOnly(boolean streamed) {
        List<Event> inside = new ArrayList<>();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy inner =
                stage.builder(a, b).name("inner").listener(inside::add).build();
        Understudy outer = stage.builder(inner).name("outer").build();
        assertThat(ask(streamed, outer, CallContext.listener(own::add)).by()).isEqualTo("inner");
        assertThat(own.stream().map(event -> event.call().understudy()).distinct())
                .containsExactly("outer");
        assertThat(kinds(inside)).contains(Event.FailedOver.class);
        assertThat(kinds(own)).doesNotContain(Event.FailedOver.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatIsTurnedDownIsHeard(boolean streamed) {
        Understudy understudy = stage.builder(a).build();
        ask(streamed, understudy, context -> CallContext.listener(own::add)
                .apply(CallContext.avoid("a").apply(context)));
        assertThat(kinds(own)).contains(Event.CallFailed.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAListenerPutsIntoTheContextOfAnAttemptReachesThatAttemptAlone(boolean streamed) {
        List<String> found = new ArrayList<>();
        ChatProvider down = new Reading("down", found, ScriptedAnswer.fail(FailureKind.SERVER));
        ChatProvider up = new Reading("up", found, ScriptedAnswer.text("Here."));
        Listener naming = new Listener() {
            @Override
            public void on(Event event) {
                own.add(event);
            }

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                assertThat(own).contains(attempt);
                return context.put("seen", context.getOrDefault("seen", "") + "+" + attempt.provider());
            }
        };
        Understudy understudy = stage.builder(down, up).build();
        Heard heard = ask(streamed, understudy, CallContext.listener(naming));
        assertThat(heard.by()).isEqualTo("up");
        assertThat(found).containsExactly("+down", "+up");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatCannotGiveAContextLeavesItAsItIs(boolean streamed) {
        Listener broken = new Listener() {
            @Override
            public void on(Event event) {}

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                throw new IllegalStateException("no context today");
            }
        };
        Understudy understudy = stage.builder(a).listener(broken).build();
        assertThat(ask(streamed, understudy, context -> context).by()).isEqualTo("a");
    }

    /** Says what it finds in its Context under "seen". */
    private record Reading(String name, List<String> found, ScriptedProvider stage) implements ChatProvider {

        Reading(String name, List<String> found, ScriptedAnswer scriptedAnswer) {
            this(name, found, ScriptedProvider.named(name).then(scriptedAnswer));
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                found.add(context.getOrDefault("seen", "nothing"));
                return stage.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                found.add(context.getOrDefault("seen", "nothing"));
                return stage.stream(request);
            });
        }
    }
}
