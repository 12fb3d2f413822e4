package dev.understudy.testing;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * A provider in memory that answers by script and remembers what it was asked. Chat and stream play the same script.
 *
 * <p>Each subscription is answered by the first rule that has an answer; else by the next cue of the queue; else by the
 * one set with {@link #always}, or without one by the last of the queue again. Without any script it says hello.
 *
 * <p>Demand is respected and nothing is buffered. Delays follow virtual time. Safe for use by many threads.
 */
public final class ScriptedProvider implements ChatProvider {

    private final String name;
    private final Script<ChatRequest, ScriptedAnswer> script;
    private final CallLog callLog = new CallLog();
    private final Map<String, Capabilities> capabilities = new ConcurrentHashMap<>();
    private volatile Capabilities otherwise = Capabilities.assumed();
    private volatile Set<String> models = Set.of();
    private volatile Supplier<Mono<Void>> probe = Mono::empty;
    private volatile Supplier<Mono<Void>> warmup = Mono::empty;
    private final AtomicInteger probes = new AtomicInteger();
    private final AtomicInteger warmups = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();

    private ScriptedProvider(String name) {
        this.name = name;
        this.script = new Script<>(ScriptedAnswer.text("Hello from " + name + "."));
    }

    /** A provider of this name that knows every model and can do what is commonly assumed. */
    public static ScriptedProvider named(String name) {
        return new ScriptedProvider(name);
    }

    /** Adds cues to the queue; each is used once, and the last one again for ever unless {@link #always} is set. */
    public ScriptedProvider then(ScriptedAnswer... cues) {
        script.then(List.of(cues));
        return this;
    }

    /** Answers so whenever no rule answers and the queue is empty. */
    public ScriptedProvider always(ScriptedAnswer scriptedAnswer) {
        script.always(scriptedAnswer);
        return this;
    }

    /**
     * Adds a rule, which is applied after earlier ones and before the queue, once for each call and on its caller's thread: a
     * rule must not block. {@code null} leaves the answer to the next rule, and then to the queue.
     */
    public ScriptedProvider rule(AnswerRule<ChatRequest, ScriptedAnswer> rule) {
        script.rule(rule);
        return this;
    }

    /** Answers requests for this model so, whatever the queue says. */
    public ScriptedProvider when(String model, ScriptedAnswer scriptedAnswer) {
        return rule(request -> request.model().equals(model) ? scriptedAnswer : null);
    }

    /** What its models can do, where nothing else is said of one. */
    public ScriptedProvider can(Capabilities capabilities) {
        otherwise = capabilities;
        return this;
    }

    /** What this model can do. */
    public ScriptedProvider can(String model, Capabilities capabilities) {
        this.capabilities.put(model, capabilities);
        return this;
    }

    /** Knows these models only: others fail with MODEL_NOT_FOUND and use up no cue. */
    public ScriptedProvider models(String... known) {
        models = Set.of(known);
        return this;
    }

    /** What a probe does, asked anew at each subscription. */
    public ScriptedProvider probing(Supplier<Mono<Void>> probe) {
        this.probe = probe;
        return this;
    }

    /** What a warm-up does, asked anew at each subscription. */
    public ScriptedProvider warming(Supplier<Mono<Void>> warmup) {
        this.warmup = warmup;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Capabilities capabilities(String model) {
        return capabilities.getOrDefault(model, otherwise);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        throwAsScripted(request, false);
        return Mono.deferContextual(context -> {
            ReceivedCall call = callLog.opened(request, false, context);
            return call.watch(cue(request).chat(name, request.model()));
        });
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        throwAsScripted(request, true);
        return Flux.deferContextual(context -> {
            ReceivedCall call = callLog.opened(request, true, context);
            return call.watch(cue(request).stream(name, request.model()));
        });
    }

    @Override
    public Mono<Void> probe() {
        return Mono.defer(() -> {
            probes.incrementAndGet();
            return probe.get();
        });
    }

    @Override
    public Mono<Void> warmup() {
        return Mono.defer(() -> {
            warmups.incrementAndGet();
            return warmup.get();
        });
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }

    /** What was asked, oldest first; the last 10 000. */
    public List<ReceivedCall> calls() {
        return callLog.list();
    }

    /** The requests of {@link #calls()}. */
    public List<ChatRequest> requests() {
        return calls().stream().map(ReceivedCall::request).toList();
    }

    /** How often an answer was subscribed, or thrown instead of given. */
    public int subscriptions() {
        return callLog.subscriptions();
    }

    /** How many of the calls go on. */
    public int live() {
        return callLog.live();
    }

    /** How many of the calls were cancelled by the caller before their end. */
    public int cancelled() {
        return callLog.cancelled();
    }

    /** The greatest demand that a stream ever left unanswered: 3 when its consumer asks for three. */
    public long peakDemand() {
        return callLog.peakDemand();
    }

    public int probes() {
        return probes.get();
    }

    public int warmups() {
        return warmups.get();
    }

    /** Whether it was closed, and how often. It plays on all the same. */
    public int closes() {
        return closes.get();
    }

    private ScriptedAnswer cue(ChatRequest request) {
        return knows(request) ? script.next(request) : unknown(request);
    }

    private boolean knows(ChatRequest request) {
        return models.isEmpty() || models.contains(request.model());
    }

    private static ScriptedAnswer unknown(ChatRequest request) {
        return ScriptedAnswer.fail(Failure.of(FailureKind.MODEL_NOT_FOUND, "no such model: " + request.model())
                .withStatus(404, "model_not_found"));
    }

    /** A rule is asked at subscription only, so what it wants thrown is signalled. */
    private void throwAsScripted(ChatRequest request, boolean streamed) {
        if (script.hasRules() || !knows(request)) {
            return;
        }
        RuntimeException thrown = script.peek().thrown();
        if (thrown != null) {
            script.next();
            callLog.opened(request, streamed, Context.empty()).fail();
            throw thrown;
        }
    }
}
