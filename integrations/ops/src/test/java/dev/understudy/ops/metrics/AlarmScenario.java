package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.ops.FixedRandom;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Half an hour at one understudy, with a scrape each minute. */
final class AlarmScenario {

    private static final int MINUTES = 30;
    private static final int CALLS_PER_MINUTE = 30;

    private final AlarmOutage outage;
    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, meterClock());
    private final MeterSamples samples = new MeterSamples();
    private final Metrics metrics = Metrics.to(registry).addModels("m", "rare");
    private int call;

    AlarmScenario(AlarmOutage outage) {
        this.outage = outage;
    }

    /** Gauges keep a reading for some milliseconds, in which this scenario passes many minutes. */
    private Clock meterClock() {
        return new Clock() {
            @Override
            public long wallTime() {
                return clock.now(TimeUnit.MILLISECONDS);
            }

            @Override
            public long monotonicTime() {
                return clock.now(TimeUnit.NANOSECONDS);
            }
        };
    }

    /** Returns the alarms that fired. */
    List<Alarm> play() {
        ScriptedAnswer healthy = ScriptedAnswer.text("In hall 7.");
        ChatProvider primary =
                reporting(ScriptedProvider.named("primary").rule(request -> outage.ofPrimary(call, healthy)));
        ChatProvider backup = ScriptedProvider.named("backup").rule(request -> outage.ofBackup(call, healthy));
        Understudy understudy = Understudy.builder()
                .name("support")
                .provider(primary)
                .provider(backup)
                .retry(RetryPolicy.defaults().withRetries(1))
                .retryBudget(RetryBudget.defaults().withShare(0.001).withFloor(0.001))
                .listener(metrics)
                .random(new FixedRandom(0.5))
                .scheduler(clock)
                .build();
        metrics.bind(understudy);
        ChatProvider provider = ResumingProvider.over(understudy);
        for (int minute = 0; minute < MINUTES; minute++) {
            for (int i = 0; i < CALLS_PER_MINUTE; i++) {
                ask(provider);
                clock.advanceTimeBy(Duration.ofSeconds(60 / CALLS_PER_MINUTE));
                call++;
            }
            samples.take(registry);
        }
        return Arrays.stream(Alarm.values())
                .filter(alarm -> alarm.fires(samples))
                .toList();
    }

    private void ask(ChatProvider provider) {
        ChatRequest request = ChatRequest.of(outage.model(call), "Where are the crates?");
        Flux<?> answer = outage.streams(call)
                ? provider.stream(request)
                : provider.chat(request).flux();
        answer.contextWrite(outage.retries() ? context -> context : CallContext.withoutRetries())
                .subscribe(any -> {}, error -> {});
    }

    /** Reports a key without quota in the tenth minute. */
    private ChatProvider reporting(ChatProvider provider) {
        return new ForwardingChatProvider(provider) {
            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return Mono.deferContextual(context -> {
                    if (outage == AlarmOutage.KEY_HAS_NO_QUOTA && call == 10 * CALLS_PER_MINUTE) {
                        CallScope.of(context)
                                .report(new ProviderEvent.KeyCoolingDown(
                                        "primary", "key#1", FailureKind.QUOTA, Duration.ofHours(1)));
                    }
                    return super.chat(request);
                });
            }
        };
    }
}
