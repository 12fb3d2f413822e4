package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.ops.Day;
import dev.understudy.ops.FixedRandom;
import dev.understudy.ops.Spans;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One span for a call, one child for each attempt, as OpenTelemetry exports them. */
class ObservationsTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChatRequest REQUEST = ChatRequest.of("m", Day.PROMPT);
    private static final RetryPolicy QUICK =
            RetryPolicy.defaults().withRetries(1).withBackoff(Duration.ofMillis(10), Duration.ofMillis(10));

    private final Spans spans = new Spans();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    private UnderstudyBuilder understudy() {
        return Understudy.builder()
                .name("understudy")
                .provider(a, "a-1")
                .provider(b, "b-1")
                .retry(QUICK)
                .random(new FixedRandom(0));
    }

    private ChatProvider observed(UnderstudyBuilder understudy) {
        return Observations.over(understudy.build(), spans.registry);
    }

    private static Flux<?> ask(boolean streamed, ChatProvider provider, ChatRequest request) {
        return streamed ? provider.stream(request) : provider.chat(request).flux();
    }

    private void play(boolean streamed, ChatProvider provider) {
        ask(streamed, provider, REQUEST).onErrorComplete().blockLast(SOON);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRetryAndAFailoverAreChildrenOfOneCallAcrossThreads(boolean streamed) {
        a.always(ScriptedAnswer.fail(Day.failure(FailureKind.SERVER)));
        b.then(ScriptedAnswer.text("Here."));
        play(streamed, observed(understudy()));
        SpanData call = spans.one("understudy.outcome", "served");
        List<SpanData> attempts = spans.childrenOf(call);
        assertThat(spans.all()).hasSize(4);
        assertThat(attempts)
                .extracting(span -> Spans.key(span, "gen_ai.provider.name") + " "
                        + Spans.key(span, "gen_ai.request.model") + " " + Spans.key(span, "understudy.trigger") + " "
                        + Spans.key(span, "understudy.attempt") + " " + Spans.key(span, "understudy.outcome"))
                .containsExactly("a a-1 first 1 failed", "a a-1 retry 2 failed", "b b-1 failover 1 served");
        assertThat(attempts).allSatisfy(span -> {
            assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(span.getName()).isEqualTo("chat " + Spans.key(span, "gen_ai.request.model"));
            assertThat(span.getEndEpochNanos()).isLessThanOrEqualTo(call.getEndEpochNanos());
        });
        assertThat(call.getName()).isEqualTo("chat m");
        assertThat(Spans.key(call, "understudy.attempts")).isEqualTo("3");
        assertThat(Spans.key(call, "understudy.fallback")).isEqualTo("true");
        assertThat(Spans.key(call, "gen_ai.provider.name")).isEqualTo("b");
        assertThat(spans.threads).hasSizeGreaterThan(1);
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallHasTheConventionsKeys(boolean streamed) {
        a.then(ScriptedAnswer.text("Here.")
                .withUsage(Usage.of(100, 50).withCachedInput(40).withReasoning(20))
                .withMetadata(new VendorMetadata("id-7", "a-1-2026-11-01", "stop", null)));
        ChatRequest request = REQUEST.withMaxTokens(500).withTemperature(0.5).withTopP(0.9);
        ask(streamed, observed(understudy()), request)
                .contextWrite(CallContext.tag("task", "errand"))
                .blockLast(SOON);
        SpanData call = spans.one("gen_ai.response.id", "id-7");
        assertThat(Spans.keys(call))
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "a")
                .containsEntry("gen_ai.request.model", "m")
                .containsEntry("gen_ai.request.stream", Boolean.toString(streamed))
                .containsEntry("gen_ai.request.max_tokens", "500")
                .containsEntry("gen_ai.request.temperature", "0.5")
                .containsEntry("gen_ai.request.top_p", "0.9")
                .containsEntry("gen_ai.response.model", "a-1-2026-11-01")
                .containsEntry("gen_ai.response.finish_reasons", "stop")
                .containsEntry("gen_ai.usage.input_tokens", "100")
                .containsEntry("gen_ai.usage.output_tokens", "50")
                .containsEntry("gen_ai.usage.cache_read.input_tokens", "40")
                .containsEntry("gen_ai.usage.reasoning.output_tokens", "20")
                .containsEntry("understudy.name", "understudy")
                .containsEntry("understudy.tag.task", "errand")
                .doesNotContainKey("error.type");
        SpanData attempt = spans.childrenOf(call).get(0);
        assertThat(Spans.keys(attempt)).containsEntry("gen_ai.usage.input_tokens", "100");
        assertThat(Spans.keys(attempt).containsKey("gen_ai.response.time_to_first_chunk"))
                .isEqualTo(streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void loserOfARaceEndsOnceAsWasted(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        b.then(ScriptedAnswer.text("Here."));
        play(streamed, observed(understudy().hedging(HedgingPolicy.defaults().withAtLeast(Duration.ofMillis(20)))));
        SpanData call = spans.one("understudy.outcome", "served");
        assertThat(spans.childrenOf(call))
                .extracting(span -> Spans.key(span, "gen_ai.provider.name") + " "
                        + Spans.key(span, "understudy.trigger") + " " + Spans.key(span, "understudy.outcome"))
                .containsExactlyInAnyOrder("a first wasted", "b hedge served");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatFailsSaysOfWhatAndNoMore(boolean streamed) {
        a.then(ScriptedAnswer.fail(Day.failure(FailureKind.AUTH)));
        b.then(ScriptedAnswer.fail(Day.failure(FailureKind.QUOTA)));
        play(streamed, observed(understudy()));
        SpanData call = spans.one("understudy.outcome", "exhausted");
        assertThat(Spans.key(call, "error.type")).isEqualTo("auth");
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(spans.childrenOf(call))
                .extracting(span -> Spans.key(span, "error.type") + " " + Spans.key(span, "http.response.status_code")
                        + " " + span.getStatus().getStatusCode())
                .containsExactly("auth 503 ERROR", "quota 503 ERROR");
        assertThat(spans.all().toString()).doesNotContain("canary", "cannot answer");
        spans.assertAllEnded();
    }

    @Test
    void aStreamThatIsCutIsPartial() {
        a.then(ScriptedAnswer.tokens("one", "two").failAfter(2, Day.failure(FailureKind.SERVER)));
        play(true, observed(understudy()));
        SpanData call = spans.one("gen_ai.request.model", "m");
        assertThat(Spans.key(call, "understudy.outcome")).isEqualTo("partial");
        assertThat(Spans.key(call, "understudy.usage.estimated")).isEqualTo("true");
        assertThat(Spans.key(call, "gen_ai.response.finish_reasons")).isEqualTo("error");
        assertThat(Spans.key(spans.childrenOf(call).get(0), "understudy.outcome"))
                .isEqualTo("partial");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatIsTurnedDownHasNoChild(boolean streamed) {
        ask(streamed, observed(understudy()), REQUEST)
                .contextWrite(CallContext.avoid("a", "b"))
                .onErrorComplete()
                .blockLast(SOON);
        assertThat(spans.all()).hasSize(1);
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancellationEndsBothOnce(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        Disposable call = ask(streamed, observed(understudy()), REQUEST).subscribe();
        call.dispose();
        call.dispose();
        assertThat(spans.all())
                .extracting(span -> Spans.key(span, "understudy.outcome"))
                .containsExactly("cancelled", "cancelled");
        spans.assertAllEnded();
    }

    @Test
    void providerHasItsNameInTheConventionsAndItsOwn() {
        ScriptedProvider gemini = ScriptedProvider.named("gemini").always(ScriptedAnswer.text("Here."));
        play(false, Observations.over(Understudy.over(gemini), spans.registry));
        assertThat(spans.all())
                .extracting(
                        span -> Spans.key(span, "gen_ai.provider.name") + " " + Spans.key(span, "understudy.provider"))
                .containsExactly("gcp.gemini gemini", "gcp.gemini gemini");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void traceContextIsSentToChosenVendorsOnly(boolean streamed) {
        a.always(ScriptedAnswer.fail(Day.failure(FailureKind.AUTH)));
        b.always(ScriptedAnswer.text("Here."));
        Understudy understudy = Understudy.builder()
                .provider(a)
                .provider(Observations.propagating(b))
                .build();
        play(streamed, Observations.over(understudy, spans.registry));
        SpanData attempt = spans.one("understudy.trigger", "failover");
        assertThat(a.requests())
                .allSatisfy(request -> assertThat(request.options().headers()).isEmpty());
        assertThat(b.requests()).singleElement().satisfies(request -> assertThat(
                        request.options().headers())
                .containsExactly(Map.entry(
                        "traceparent",
                        "00-" + attempt.getTraceId() + "-" + attempt.getSpanId() + "-"
                                + attempt.getSpanContext().getTraceFlags().asHex())));
    }

    /** A convention of an application: other names, one key more, and one key less. */
    private static final class OwnConvention implements ObservationConvention<Observation.Context> {

        @Override
        public String getName() {
            return "llm.call";
        }

        @Override
        public String getContextualName(Observation.Context context) {
            return "call of "
                    + context.<ChatRequest>getRequired(ChatRequest.class).model();
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
            ServedBy servedBy = context.get(ServedBy.class);
            return Observations.callConvention()
                    .getLowCardinalityKeyValues(context)
                    .and(
                            "attempts",
                            servedBy == null
                                    ? "none"
                                    : "" + servedBy.attemptLog().attemptCount());
        }

        @Override
        public KeyValues getHighCardinalityKeyValues(Observation.Context context) {
            return KeyValues.empty();
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void conventionOfTheApplicationReplacesNamesAndKeys(boolean streamed) {
        a.always(ScriptedAnswer.fail(Day.failure(FailureKind.AUTH)));
        b.always(ScriptedAnswer.text("Here."));
        play(streamed, Observations.over(understudy().build(), spans.registry).withCallConvention(new OwnConvention()));
        SpanData call = spans.root();
        assertThat(call.getName()).isEqualTo("call of m");
        assertThat(Spans.keys(call))
                .containsEntry("attempts", "2")
                .containsEntry("understudy.provider", "b")
                .doesNotContainKeys("gen_ai.request.model", "understudy.attempts");
        assertThat(spans.childrenOf(call)).hasSize(2).allSatisfy(attempt -> assertThat(Spans.keys(attempt))
                .containsKey("gen_ai.request.model"));
    }

    @Test
    void conventionOfTheRegistryReplacesThatOfAttempts() {
        a.always(ScriptedAnswer.text("Here."));
        spans.registry.observationConfig().observationConvention(new GlobalObservationConvention<>() {
            @Override
            public String getName() {
                return "llm.attempt";
            }

            @Override
            public String getContextualName(Observation.Context context) {
                return "attempt at "
                        + context.<Event.AttemptStarted>getRequired(Event.AttemptStarted.class)
                                .provider();
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context.containsKey(Event.AttemptStarted.class);
            }
        });
        play(false, observed(understudy()));
        assertThat(spans.childrenOf(spans.root())).extracting(SpanData::getName).containsExactly("attempt at a");
    }

    @Test
    void documentationHasEveryNameAndKey() {
        assertThat(Observations.documentation())
                .extracting(each -> each.getName())
                .containsExactly("understudy.request", "understudy.attempt");
        assertThat(Observations.documentation().get(0).getLowCardinalityKeyNames())
                .extracting(key -> key.asString())
                .contains("gen_ai.provider.name", "understudy.outcome");
        assertThat(Metrics.documentation())
                .hasSize(Meters.values().length)
                .filteredOn(meter -> meter.getName().equals("understudy.retry"))
                .singleElement()
                .satisfies(meter -> assertThat(meter.getKeyNames())
                        .extracting(key -> key.asString())
                        .containsExactly("understudy", "provider", "model", "kind"));
    }

    @Test
    void withoutAnObservationNoTraceContextIsSent() {
        b.always(ScriptedAnswer.text("Here."));
        play(false, Understudy.over(Observations.propagating(b)));
        assertThat(b.requests().get(0).options().headers()).isEmpty();
    }

    @Test
    void cancelAfterTheFinishCountsAsServed() {
        a.then(ScriptedAnswer.text("Here."));
        observed(understudy()).stream(REQUEST)
                .takeUntil(StreamChunk.Finish.class::isInstance)
                .blockLast(SOON);
        assertThat(spans.all())
                .extracting(span -> Spans.key(span, "understudy.outcome"))
                .containsExactly("served", "served");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theParentIsTheObservationOfTheContext(boolean streamed) {
        Observation server = Observation.start("server", spans.registry);
        ask(streamed, observed(understudy()), REQUEST)
                .contextWrite(context -> context.put(ObservationThreadLocalAccessor.KEY, server))
                .subscribeOn(Schedulers.boundedElastic())
                .blockLast(SOON);
        server.stop();
        SpanData parent = spans.named("server");
        SpanData call = spans.one("understudy.outcome", "served", "gen_ai.request.model", "m");
        assertThat(call.getParentSpanId()).isEqualTo(parent.getSpanId());
        assertThat(spans.all()).extracting(SpanData::getTraceId).containsOnly(parent.getTraceId());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anHttpClientsSpanIsAChildOfItsAttempt(boolean streamed) {
        ChatProvider http = new ChatProvider() {
            @Override
            public String name() {
                return "http";
            }

            private <T> Flux<T> spanned(Flux<T> answer) {
                return Flux.deferContextual(context -> {
                    Observation own = Observation.createNotStarted("POST", spans.registry)
                            .parentObservation(context.get(ObservationThreadLocalAccessor.KEY))
                            .start();
                    return answer.doOnTerminate(own::stop);
                });
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return spanned(a.chat(request).flux()).singleOrEmpty();
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return spanned(a.stream(request));
            }
        };
        play(streamed, Observations.over(Understudy.over(http), spans.registry));
        SpanData attempt = spans.one("understudy.trigger", "first");
        assertThat(spans.named("POST").getParentSpanId()).isEqualTo(attempt.getSpanId());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nestedUnderstudyIsOneProviderUnlessObserved(boolean streamed) {
        Understudy inner = understudy().build();
        ChatProvider outer = Observations.over(
                Understudy.builder()
                        .name("outer")
                        .provider(Observations.over(inner, spans.registry))
                        .build(),
                spans.registry);
        play(streamed, outer);
        List<String> chain = new ArrayList<>();
        SpanData each = spans.root();
        while (each != null) {
            chain.add(Spans.key(each, "understudy.name") + " " + Spans.key(each, "understudy.trigger"));
            List<SpanData> children = spans.childrenOf(each);
            assertThat(children).hasSizeLessThanOrEqualTo(1);
            each = children.isEmpty() ? null : children.get(0);
        }
        assertThat(chain).containsExactly("outer null", "outer first", "understudy null", "understudy first");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoCallsForOneAnswerHaveOneParent(boolean streamed) {
        Understudy understudy = understudy().build();
        a.then(ScriptedAnswer.fail(Day.failure(FailureKind.INVALID_REQUEST)));
        b.then(ScriptedAnswer.fail(Day.failure(FailureKind.INVALID_REQUEST)), ScriptedAnswer.text("Here."));
        ChatProvider twice = new ChatProvider() {
            @Override
            public String name() {
                return "twice";
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return understudy.chat(request).retry(1);
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return understudy.stream(request).retry(1);
            }
        };
        play(streamed, Observations.over(twice, spans.registry));
        SpanData call = spans.one("understudy.name", "twice");
        assertThat(spans.childrenOf(call))
                .extracting(span -> Spans.key(span, "understudy.trigger"))
                .containsSubsequence("first", "failover", "takeover");
        spans.assertAllEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noScopeIsLeftOpenOnAnyThread(boolean streamed) {
        List<Observation> seen = new CopyOnWriteArrayList<>();
        a.then(ScriptedAnswer.fail(Day.failure(FailureKind.SERVER)));
        ask(streamed, observed(understudy()), REQUEST)
                .doOnNext(any -> {
                    Observation current = spans.registry.getCurrentObservation();
                    if (current != null) {
                        seen.add(current);
                    }
                })
                .blockLast(SOON);
        Mono.fromRunnable(() -> {
                    if (spans.registry.getCurrentObservation() != null) {
                        seen.add(spans.registry.getCurrentObservation());
                    }
                })
                .subscribeOn(Schedulers.parallel())
                .repeat(7)
                .blockLast(SOON);
        assertThat(seen).isEmpty();
        assertThat(spans.registry.getCurrentObservation()).isNull();
        assertThat(spans.scopes.get()).isZero();
    }

    @Test
    void aProviderThatThrowsEndsItsSpan() {
        ChatProvider bad = new ChatProvider() {
            @Override
            public String name() {
                return "bad";
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                throw new IllegalStateException(Day.PROMPT);
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                throw new IllegalStateException(Day.PROMPT);
            }
        };
        play(false, Observations.over(bad, spans.registry));
        play(true, Observations.over(bad, spans.registry));
        assertThat(spans.all())
                .extracting(span -> Spans.key(span, "error.type"))
                .containsExactly("java.lang.IllegalStateException", "java.lang.IllegalStateException");
        assertThat(spans.all().toString()).doesNotContain("canary");
        spans.assertAllEnded();
    }

    @Test
    void cancelsAndEndsThatRaceEndEachSpanOnce() {
        ChatProvider observed = observed(understudy());
        for (int i = 0; i < 500; i++) {
            a.then(ScriptedAnswer.text("Here.").beforeFirst(Duration.ofNanos(1 + i)));
            Disposable call = observed.stream(REQUEST).subscribe(any -> {}, error -> {});
            if (i % 2 == 0) {
                Schedulers.parallel().schedule(call::dispose);
            }
            Mono.delay(Duration.ofMillis(1)).block();
            call.dispose();
        }
        spans.assertAllEnded();
    }

    @Test
    void everyKeyIsOneOfTheTable() {
        Day day = new Day(event -> {});
        ChatProvider observed = Observations.over(day.understudy, spans.registry);
        for (boolean streamed : new boolean[] {false, true}) {
            day.a.then(
                    ScriptedAnswer.fail(Day.failure(FailureKind.SERVER)),
                    Day.answer().withMetadata(new VendorMetadata("i", "m", "stop", null)));
            ChatRequest request =
                    Day.REQUEST.withMaxTokens(500).withTemperature(0.5).withTopP(0.9);
            ask(streamed, observed, request).subscribe(any -> {}, error -> {});
            day.clock.advanceTimeBy(Duration.ofSeconds(2));
        }
        List<String> seen = spans.all().stream()
                .flatMap(span -> Spans.keys(span).keySet().stream())
                .filter(key -> key.contains("."))
                .filter(key -> !key.startsWith("peer.") && !key.startsWith("exception."))
                .distinct()
                .toList();
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ObservationKeys.values())
                        .map(ObservationKeys::title)
                        .toList());
    }
}
