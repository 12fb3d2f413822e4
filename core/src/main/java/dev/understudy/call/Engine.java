package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ResumeToken;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.Nanos;
import dev.understudy.policy.ContextWindow;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/** The one loop: a cursor over (route, try), moved by one {@code retryWhen}, for whole answers and streams alike. */
public final class Engine {

    private final String name;
    private final Planner planner;
    private final Call.Memory memory;
    private final Policies policies;
    private final Function<ContextView, CallOptions> options;
    private final Hedge hedge;
    private final AtomicLong calls = new AtomicLong();

    /** @param options reads the options of a call from its Reactor Context */
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
            CallOptions asked = options.apply(context);
            boolean stream = mode == CallMode.STREAM;
            Event.CallId id = new Event.CallId(calls.incrementAndGet(), name, request.model(), stream, asked.tags());
            Call call;
            try {
                call = open(id, request, asked, context);
            } catch (Throwable thrown) { // nobody can answer, or code of the caller threw
                ChatException.Rejected rejected = CallerCode.rejected("The call could not be planned", thrown);
                Listener.safely(listener(context), new Event.CallFailed(id, rejected, Duration.ZERO));
                return Flux.error(rejected);
            }
            Flux<T> attempts = Flux.deferContextual(step -> step.hasKey(Cursor.class)
                            ? hedge.around(call, step.get(Cursor.class), mode)
                            : begin(call, mode))
                    .retryWhen(Retry.from(missed -> missed.concatMap(miss -> next(miss.failure(), call))));
            return new CallBoundary<>(attempts, call);
        });
    }

    private Call open(Event.CallId id, ChatRequest request, CallOptions asked, ContextView context) {
        Listener listener = listener(context);
        long now = policies.timeSource().nanos();
        Plan plan = planner.plan(request, id.stream(), asked, ResumeToken.of(context), now);
        ContextWindow window = ContextWindow.from(context);
        Call call = new Call(
                id,
                request,
                plan,
                now,
                deadline(asked, now),
                CallScope.reportingTo(providerEvent -> heard(id, providerEvent, listener)),
                CallScope.of(context),
                window != null ? window : policies.contextWindow(),
                policies,
                listener,
                memory,
                new ConcurrentLinkedQueue<>(),
                new AtomicBoolean());
        for (AttemptLog.Attempt skipped : plan.skipped().attempts()) {
            call.tell(new Event.RouteSkipped(id, skipped));
        }
        return call;
    }

    private Listener listener(ContextView context) {
        Listener door = policies.listener();
        return context.hasKey(Listener.class) ? door.and(Listener.of(context)) : door;
    }

    private void heard(Event.CallId id, ProviderEvent providerEvent, Listener listener) {
        if (providerEvent instanceof ProviderEvent.KeyCoolingDown gated) {
            long now = policies.timeSource().nanos();
            memory.providerPool().find(gated.provider()).ifPresent(pooledProvider -> pooledProvider
                    .health()
                    .keyGated(gated.keyFingerprint(), gated.duration(), now));
        }
        Listener.safely(listener, new Event.ProviderReported(id, providerEvent));
    }

    private long deadline(CallOptions asked, long now) {
        Duration timeout =
                asked.timeout() != null ? asked.timeout() : policies.limits().callTimeout();
        // Told on the clock of Schedulers.parallel(), which need not be this one's.
        Long told = asked.deadline();
        Long absolute = told == null
                ? null
                : Long.valueOf(now + told - Schedulers.parallel().now(TimeUnit.NANOSECONDS));
        if (timeout == null) {
            return absolute == null ? Long.MAX_VALUE : absolute;
        }
        long own = now + Nanos.of(timeout);
        return absolute != null && absolute - own < 0 ? absolute : own;
    }

    /** At once, or, when all routes are gated, as soon as the first one opens. */
    private <T> Flux<T> begin(Call call, CallMode<T> mode) {
        Cursor start = Cursor.start(call.plan());
        Decision decision = Decision.begin(start, call.plan(), policies.options(), call.started(), call.deadline());
        if (decision instanceof Decision.Stop stop) {
            return Flux.error(exhausted(stop.why(), start, call));
        }
        Decision.Again go = (Decision.Again) decision;
        return go.delay().isZero()
                ? hedge.around(call, go.cursor(), mode)
                : Flux.defer(() -> hedge.around(call, go.cursor(), mode))
                        .delaySubscription(go.delay(), policies.timeSource().scheduler());
    }

    /** Where to go after a failure: a Context for the next attempt, at once or after a wait, or the end. */
    private Publisher<Context> next(Throwable error, Call call) {
        if (!(error instanceof AttemptFailure miss)) {
            return Mono.error(error);
        }
        try {
            return next(miss, call);
        } catch (Throwable thrown) { // the caller's token counter, or its source of chance
            return Mono.error(CallerCode.rejected("The call could not go on", thrown));
        }
    }

    private Publisher<Context> next(AttemptFailure miss, Call call) {
        if (CallerCode.isFatal(miss.failed().getCause())) {
            return Mono.error(exhausted("A fatal error of the JVM", miss.cursor(), call));
        }
        if (miss.failed().failure().phase() == Failure.Phase.REQUEST) { // the caller's own error, wherever it is sent
            return Mono.error(new ChatException.Rejected(
                    miss.failed().failure().message(), miss.cursor().attemptLog(), miss.failed()));
        }
        Failure failure = miss.failed().failure();
        Decision decision = Decision.after(
                failure,
                miss.cursor(),
                call.plan(),
                policies.options(),
                call.now(),
                call.deadline(),
                policies.random(),
                call);
        if (decision instanceof Decision.Again again) {
            announce(call, miss, again);
            Mono<Context> step = Mono.just(Context.of(Cursor.class, again.cursor()));
            return again.delay().isZero()
                    ? step
                    : step.delaySubscription(
                            again.delay(), policies.timeSource().scheduler());
        }
        return Mono.error(exhausted(((Decision.Stop) decision).why(), miss.cursor(), call));
    }

    private static ChatException exhausted(String why, Cursor cursor, Call call) {
        ChatException exhausted = new ChatException.Exhausted(why, cursor.attemptLog(), cursor.failures());
        call.end(new Event.CallFailed(call.id(), exhausted, call.took()));
        return exhausted;
    }

    private static void announce(Call call, AttemptFailure miss, Decision.Again again) {
        Failure why = miss.failed().failure();
        Route from = call.plan().route(miss.cursor().route());
        Route to = call.plan().route(again.cursor().route());
        call.tell(
                from == to
                        ? new Event.Retrying(call.id(), to.name(), to.model(), again.delay(), why)
                        : new Event.FailedOver(
                                call.id(), from.name(), from.model(), to.name(), to.model(), again.delay(), why));
    }
}
