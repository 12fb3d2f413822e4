package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.InFlight;
import dev.understudy.guard.Nanos;
import dev.understudy.operator.Attempts;
import dev.understudy.policy.ContextWindow;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/** The retry loop of calls in both modes: {@link Attempts} moves a {@link Cursor} over routes and attempts. */
public final class Engine {

    private final String name;
    private final Planner planner;
    private final Call.Memory memory;
    private final Policies policies;
    private final Function<ContextView, CallOptions> options;
    private final Hedge hedge;
    private final AtomicLong calls = new AtomicLong();
    private final Sinks.Empty<Void> drained = Sinks.empty();
    private final InFlight inFlight = new InFlight(drained::tryEmitEmpty);

    /**
     * @param memory knowledge beyond one call: providers, cooldowns, learned context windows
     * @param policies policies of the understudy; {@link Call#policies} has those of one call, with its options
     * @param options reads the options of a call from its Reactor Context
     */
    public Engine(
            String name,
            Planner planner,
            Call.Memory memory,
            Policies policies,
            Function<ContextView, CallOptions> options) {
        this.name = name;
        this.planner = planner;
        this.memory = memory;
        this.policies = policies;
        this.options = options;
        this.hedge = new Hedge(policies, policies.timeSource().nanos());
    }

    public <T> Flux<T> run(ChatRequest request, CallMode<T> mode) {
        return Flux.deferContextual(context -> {
            CallOptions callOptions = FulfilledTags.without(options.apply(context), context);
            boolean stream = mode == CallMode.STREAM;
            ResumedCall resumedCall = ResumedCall.of(context);
            boolean continues = resumedCall != null && resumedCall.isBegun();
            Supplier<Event.CallId> newId =
                    () -> new Event.CallId(calls.incrementAndGet(), name, request.model(), stream, callOptions.tags());
            Event.CallId id = resumedCall == null
                    ? newId.get()
                    : resumedCall.join(newId, listener(context), policies.timeSource()::nanos);
            Call call;
            try {
                call = open(id, request, callOptions, context);
            } catch (Throwable thrown) { // no provider can serve the request, or code of the caller threw
                ChatException.Rejected rejected = CallerCode.rejected("The call could not be planned", thrown);
                if (resumedCall == null) {
                    Listener.safely(listener(context), new Event.CallFailed(id, rejected, Duration.ZERO));
                }
                return Flux.error(rejected);
            }
            Flux<T> attempts = new Attempts<Cursor, T>(
                    cursor -> cursor == null ? firstAttempt(call, continues, mode) : hedge.run(call, cursor, mode),
                    error -> nextAttempt(error, call));
            return new CallBoundary<>(FulfilledTags.addTo(attempts, callOptions), call, inFlight);
        });
    }

    /** Rejects calls from now on; those in flight go on. Idempotent. */
    public void close() {
        inFlight.close();
    }

    /** Completes when the engine is closed and no call is in flight. */
    public Mono<Void> drained() {
        return drained.asMono();
    }

    private Call open(Event.CallId id, ChatRequest request, CallOptions callOptions, ContextView context) {
        Listener listener = listener(context);
        long now = policies.timeSource().nanos();
        Plan plan = planner.plan(request, id.stream(), callOptions, ResumeToken.of(context), now);
        ContextWindow window = ContextWindow.from(context);
        Call call = new Call(
                id,
                request,
                plan,
                now,
                deadline(callOptions, now),
                CallScope.reportingTo(providerEvent -> report(id, providerEvent, listener)),
                CallScope.of(context),
                window != null ? window : policies.contextWindow(),
                policies.of(callOptions),
                listener,
                memory,
                new ConcurrentLinkedQueue<>(),
                ResumedCall.of(context),
                new AtomicBoolean());
        return call;
    }

    private Listener listener(ContextView context) {
        Listener own = policies.listener();
        return context.hasKey(Listener.class) ? own.and(Listener.of(context)) : own;
    }

    private void report(Event.CallId id, ProviderEvent providerEvent, Listener listener) {
        if (providerEvent instanceof ProviderEvent.KeyCoolingDown key) {
            long now = policies.timeSource().nanos();
            memory.providerPool().find(key.provider()).ifPresent(pooledProvider -> pooledProvider
                    .health()
                    .keyCoolsDown(key.keyFingerprint(), key.duration(), now));
        }
        Listener.safely(listener, new Event.ProviderReported(id, providerEvent));
    }

    private long deadline(CallOptions callOptions, long now) {
        Duration timeout = callOptions.timeout() != null
                ? callOptions.timeout()
                : policies.limits().callTimeout();
        // Read on the clock of Schedulers.parallel(), whose origin may differ from that of this understudy's scheduler.
        Long callerDeadline = callOptions.deadline();
        Long absolute = callerDeadline == null
                ? null
                : Long.valueOf(now + callerDeadline - Schedulers.parallel().now(TimeUnit.NANOSECONDS));
        if (timeout == null) {
            return absolute == null ? Long.MAX_VALUE : absolute;
        }
        long own = now + Nanos.of(timeout);
        return absolute != null && absolute - own < 0 ? absolute : own;
    }

    /**
     * Makes the first attempt at once or, when all routes are cooling down, when the first becomes available.
     *
     * @param continues true if the call continues an answer, whose first part has reported the failover
     */
    private <T> Flux<T> firstAttempt(Call call, boolean continues, CallMode<T> mode) {
        for (AttemptLog.Attempt skipped : call.plan().skipped().attempts()) {
            call.publish(new Event.RouteSkipped(call.id(), skipped));
        }
        Cursor start = Cursor.start(call.plan());
        Decision decision = Decision.first(
                start,
                call.plan(),
                call.policies().options(),
                call.started(),
                call.deadline(),
                policies.random(),
                call);
        if (decision instanceof Decision.Stop stop) {
            return Flux.error(exhausted(stop, start));
        }
        Decision.Again again = (Decision.Again) decision;
        if (!continues) {
            publishPassedOver(call, again);
        }
        return again.delay().isZero()
                ? hedge.run(call, again.cursor(), mode)
                : Flux.defer(() -> hedge.run(call, again.cursor(), mode))
                        .delaySubscription(again.delay(), policies.timeSource().scheduler());
    }

    /** Emits the cursor of the next attempt, at once or after a delay, or the error that ends the call. */
    private Publisher<Cursor> nextAttempt(Throwable error, Call call) {
        if (!(error instanceof AttemptFailure failed)) {
            return Mono.error(error);
        }
        try {
            return nextAttempt(failed, call);
        } catch (Throwable thrown) { // thrown by the caller's token counter or random source
            return Mono.error(CallerCode.rejected("The call could not go on", thrown));
        }
    }

    private Publisher<Cursor> nextAttempt(AttemptFailure failed, Call call) {
        if (CallerCode.isFatal(failed.failed().getCause())) {
            return Mono.error(exhausted(new Decision.Stop(Decision.Stop.Reason.FATAL_ERROR), failed.cursor()));
        }
        if (failed.failed().failure().phase() == Failure.Phase.REQUEST) { // the request is invalid for every provider
            return Mono.error(new ChatException.Rejected(
                    ChatException.Rejected.Reason.UNSUPPORTED,
                    failed.failed().failure().message(),
                    failed.cursor().attemptLog(),
                    failed.failed()));
        }
        Failure failure = failed.failed().failure();
        Decision decision = Decision.after(
                failure,
                failed.cursor(),
                call.plan(),
                call.policies().options(),
                call.now(),
                call.deadline(),
                policies.random(),
                call);
        if (decision instanceof Decision.Again again) {
            publish(call, failed, again);
            Mono<Cursor> step = Mono.just(again.cursor());
            return again.delay().isZero()
                    ? step
                    : step.delaySubscription(
                            again.delay(), policies.timeSource().scheduler());
        }
        return Mono.error(exhausted((Decision.Stop) decision, failed.cursor()));
    }

    private static ChatException exhausted(Decision.Stop stop, Cursor cursor) {
        List<ChatException.CallFailed> failures = new ArrayList<>(cursor.failures());
        if (stop.failure() != null) {
            failures.add(new ChatException.CallFailed(stop.failure()));
        }
        return new ChatException.Exhausted(stop.text(), cursor.attemptLog(), failures);
    }

    private static void publishPassedOver(Call call, Decision.Again again) {
        Plan plan = call.plan();
        Route to = plan.route(again.cursor().route());
        if (!to.isSameAs(plan.first())) {
            call.publish(new Event.FailedOver(
                    call.id(), plan.first().toEvent(), to.toEvent(), again.delay(), plan.reasonToPassOver()));
        }
    }

    private static void publish(Call call, AttemptFailure failed, Decision.Again again) {
        Failure cause = failed.failed().failure();
        Route from = call.plan().route(failed.cursor().route());
        Route to = call.plan().route(again.cursor().route());
        call.publish(
                failed.cursor().route() == again.cursor().route()
                        ? new Event.Retrying(call.id(), to.name(), to.model(), again.delay(), cause)
                        : new Event.FailedOver(call.id(), from.toEvent(), to.toEvent(), again.delay(), cause));
    }
}
