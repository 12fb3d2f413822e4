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
 * Provider in memory that answers by script and records its calls. Chat and stream use the same script.
 *
 * <p>Each subscription is answered by the first rule that has an answer; else by the next answer of the queue; else by
 * the one set with {@link #always}, or without one by the last of the queue again. Without any script the answer is a
 * short greeting.
 *
 * <p>Demand is respected and nothing is buffered. Delays follow virtual time. Thread-safe.
 */
public final class ScriptedProvider implements ChatProvider {

    private final String name;
    private final Script<ChatRequest, ScriptedAnswer> script;
    private final CallLog callLog = new CallLog();
    private final Map<String, Capabilities> capabilities = new ConcurrentHashMap<>();
    private volatile Capabilities defaultCapabilities = Capabilities.assumed();
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

    /**
     * Makes a provider that knows every model, with the assumed capabilities.
     *
     * @param name name of the provider
     * @return a new provider
     */
    public static ScriptedProvider named(String name) {
        return new ScriptedProvider(name);
    }

    /**
     * Adds answers to the queue; each is used once, and the last one again without end unless {@link #always} is set.
     *
     * @param answers answers in order
     * @return this provider
     */
    public ScriptedProvider then(ScriptedAnswer... answers) {
        script.then(List.of(answers));
        return this;
    }

    /**
     * Sets the answer for calls without matching rule while the queue is empty.
     *
     * @param scriptedAnswer the answer
     * @return this provider
     */
    public ScriptedProvider always(ScriptedAnswer scriptedAnswer) {
        script.always(scriptedAnswer);
        return this;
    }

    /**
     * Adds a rule, which is applied after earlier ones and before the queue, once for each call and on its caller's
     * thread: a rule must not block. {@code null} leaves the answer to the next rule, and then to the queue.
     *
     * @param rule the rule
     * @return this provider
     */
    public ScriptedProvider rule(ScriptedAnswer.Rule<ChatRequest, ScriptedAnswer> rule) {
        script.rule(rule);
        return this;
    }

    /**
     * Sets the answer for a model, before the queue.
     *
     * @param model name of the model
     * @param scriptedAnswer the answer
     * @return this provider
     */
    public ScriptedProvider when(String model, ScriptedAnswer scriptedAnswer) {
        return rule(request -> request.model().equals(model) ? scriptedAnswer : null);
    }

    /**
     * Sets the capabilities of models without capabilities of their own.
     *
     * @param capabilities the capabilities
     * @return this provider
     */
    public ScriptedProvider can(Capabilities capabilities) {
        defaultCapabilities = capabilities;
        return this;
    }

    /**
     * Sets the capabilities of a model.
     *
     * @param model name of the model
     * @param capabilities the capabilities
     * @return this provider
     */
    public ScriptedProvider can(String model, Capabilities capabilities) {
        this.capabilities.put(model, capabilities);
        return this;
    }

    /**
     * Limits the provider to known models: calls for others fail with MODEL_NOT_FOUND and use up no answer.
     *
     * @param known names of models
     * @return this provider
     */
    public ScriptedProvider models(String... known) {
        models = Set.of(known);
        return this;
    }

    /**
     * Sets the probe.
     *
     * @param probe called anew at each subscription
     * @return this provider
     */
    public ScriptedProvider probing(Supplier<Mono<Void>> probe) {
        this.probe = probe;
        return this;
    }

    /**
     * Sets the warm-up.
     *
     * @param warmup called anew at each subscription
     * @return this provider
     */
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
        return capabilities.getOrDefault(model, defaultCapabilities);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        throwAsScripted(request, false);
        return Mono.deferContextual(context -> {
            ReceivedCall call = callLog.opened(request, false, context);
            return call.watch(Mono.defer(() -> answer(request).chat(name, request.model())));
        });
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        throwAsScripted(request, true);
        return Flux.deferContextual(context -> {
            ReceivedCall call = callLog.opened(request, true, context);
            return call.watch(Flux.defer(() -> answer(request).stream(name, request.model())));
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

    /**
     * Calls so far, oldest first; the last 10 000.
     *
     * @return a copy
     */
    public List<ReceivedCall> calls() {
        return callLog.list();
    }

    /**
     * Requests of {@link #calls()}.
     *
     * @return a copy
     */
    public List<ChatRequest> requests() {
        return calls().stream().map(ReceivedCall::request).toList();
    }

    /**
     * Number of subscriptions to an answer, including calls that threw instead of returning a publisher.
     *
     * @return the number
     */
    public int subscriptions() {
        return callLog.subscriptions();
    }

    /**
     * Number of calls that have not ended.
     *
     * @return the number
     */
    public int live() {
        return callLog.live();
    }

    /**
     * Number of calls that the caller cancelled before their end.
     *
     * @return the number
     */
    public int cancelled() {
        return callLog.cancelled();
    }

    /**
     * Greatest unmet demand of a stream: 3 when its consumer requests three.
     *
     * @return the greatest demand
     */
    public long peakDemand() {
        return callLog.peakDemand();
    }

    /**
     * Number of subscriptions to the probe.
     *
     * @return the number
     */
    public int probes() {
        return probes.get();
    }

    /**
     * Number of subscriptions to the warm-up.
     *
     * @return the number
     */
    public int warmups() {
        return warmups.get();
    }

    /**
     * Number of calls of {@link #close()}. A closed provider still answers.
     *
     * @return the number
     */
    public int closes() {
        return closes.get();
    }

    private ScriptedAnswer answer(ChatRequest request) {
        return knows(request) ? script.next(request) : unknown(request);
    }

    private boolean knows(ChatRequest request) {
        return models.isEmpty() || models.contains(request.model());
    }

    private static ScriptedAnswer unknown(ChatRequest request) {
        return ScriptedAnswer.fail(Failure.of(FailureKind.MODEL_NOT_FOUND, "no such model: " + request.model())
                .withStatus(404, "model_not_found"));
    }

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
