package dev.understudy.provider;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Notice;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/**
 * Sends a request that was refused because of one parameter again without it, at once and with the same key, and leaves
 * it out from the start in later calls for that model.
 */
final class Adapting {

    /** More than this many parameters are not given up in one call. */
    static final int MOST = 3;

    /** So many models are remembered; beyond that any one is forgotten, and learned again. */
    static final int MODELS = 1_000;

    private final String provider;
    private final Dialect dialect;
    private final Map<String, Adaptation> learned = new ConcurrentHashMap<>();

    Adapting(String provider, Dialect dialect) {
        this.provider = provider;
        this.dialect = dialect;
    }

    /**
     * @param send one exchange with this body
     * @param typing maps every error of an exchange to the one that callers see
     */
    <T> Flux<T> around(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            Function<byte[], Flux<T>> send,
            Function<Throwable, CallFailed> typing) {
        Adaptation known = learned.getOrDefault(request.model(), Adaptation.NONE);
        if (CallIdSpelling.changes(dialect.callIds(), request.messages())) {
            scope.report(new Notice.Adapted(provider, request.model(), "tool_call_id", Notice.Change.RESPELLED));
        }
        return once(request, stream, scope, send, typing, known, MOST);
    }

    private <T> Flux<T> once(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            Function<byte[], Flux<T>> send,
            Function<Throwable, CallFailed> typing,
            Adaptation adaptation,
            int left) {
        Flux<T> answer = send.apply(Encoded.of(dialect, request, stream, adaptation, scope));
        if (left == 0) {
            return answer.onErrorMap(typing);
        }
        return answer.onErrorResume(error -> {
            CallFailed failed = typing.apply(error);
            Adaptation change = Adaptation.after(
                    failed.failure(), adaptation.of(dialect.body(request, stream)), dialect.synonyms());
            if (change == null || adaptation.repeats(change)) {
                return Flux.error(failed);
            }
            if (Adaptation.lasts(failed.failure())) {
                learn(request.model(), change);
            }
            change.changes()
                    .forEach((parameter, name) -> scope.report(new Notice.Adapted(
                            provider,
                            request.model(),
                            parameter,
                            name.isEmpty() ? Notice.Change.LEFT_OUT : Notice.Change.RENAMED)));
            return once(request, stream, scope, send, typing, adaptation.plus(change), left - 1);
        });
    }

    private void learn(String model, Adaptation change) {
        if (learned.size() >= MODELS && !learned.containsKey(model)) {
            learned.keySet().stream().findAny().ifPresent(learned::remove);
        }
        learned.merge(model, change, (known, more) -> known.repeats(more) ? known : known.plus(more));
    }

    int models() {
        return learned.size();
    }
}
