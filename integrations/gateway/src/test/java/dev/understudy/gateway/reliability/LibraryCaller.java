package dev.understudy.gateway.reliability;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.gateway.reliability.Outcome.Kind;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.streaming.ResumingProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;

/** Calls the library as the snippet of the README does, without any option. */
final class LibraryCaller implements Caller {

    private final Understudy understudy;
    private final ChatProvider provider;

    LibraryCaller(Fault fault, List<Upstream> upstreams) {
        UnderstudyBuilder builder = Understudy.builder();
        for (int i = 0; i < upstreams.size(); i++) {
            Slot slot = fault.slots().get(i);
            Endpoint endpoint = Endpoint.of(
                    "provider-" + (i + 1), upstreams.get(i).url(), slot.keys().toArray(String[]::new));
            builder.provider(
                    switch (slot.dialect()) {
                        case "openai" -> Providers.openAi(endpoint);
                        case "openai-responses" -> Providers.openAiResponses(endpoint);
                        default -> Providers.anthropic(endpoint);
                    },
                    slot.model());
        }
        this.understudy = builder.build();
        this.provider = ResumingProvider.over(understudy);
    }

    @Override
    public Outcome call(Question question, Mode mode) {
        long start = System.nanoTime();
        return mode == Mode.CHAT ? chat(question, start) : stream(question, start);
    }

    private Outcome chat(Question question, long start) {
        try {
            ChatResponse response = provider.chat(question.request()).block();
            return answer(response.text(), response.toolCalls(), response.finish(), 1, start);
        } catch (RuntimeException failed) {
            return failure(failed, "", start);
        }
    }

    private Outcome stream(Question question, long start) {
        StringBuilder text = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        List<StreamChunk.Finish> ends = new ArrayList<>();
        try {
            provider.stream(question.request())
                    .doOnNext(chunk -> {
                        text.append(chunk.text());
                        if (chunk instanceof StreamChunk.ToolCallDone done) {
                            calls.add(done.call());
                        } else if (chunk instanceof StreamChunk.Finish finish) {
                            ends.add(finish);
                        }
                    })
                    .blockLast();
            StreamChunk.Finish last = ends.isEmpty() ? null : ends.get(ends.size() - 1);
            return answer(text.toString(), calls, last, ends.size(), start);
        } catch (RuntimeException failed) {
            return failure(failed, text.toString(), start);
        }
    }

    private static Outcome answer(String text, List<ToolCall> calls, StreamChunk.Finish finish, int ends, long start) {
        Usage usage = finish == null ? Usage.none() : finish.usage();
        return new Outcome(
                ends == 1 ? Kind.ANSWER : Kind.INVALID,
                text,
                calls.stream().map(call -> call.name() + call.arguments()).toList(),
                finish == null ? "" : finish.reason().name().toLowerCase(Locale.ROOT),
                "",
                finish == null ? null : finish.servedBy().model(),
                usage.equals(Usage.none()) ? null : new Outcome.Tokens(usage.input(), usage.output()),
                null,
                since(start),
                text + " " + finish);
    }

    private static Outcome failure(RuntimeException error, String text, long start) {
        StringBuilder all = new StringBuilder(text).append(' ').append(error);
        for (Throwable suppressed : error.getSuppressed()) {
            all.append('\n').append(suppressed);
        }
        ChatException typed = error instanceof ChatException chat ? chat : null;
        boolean partial = typed instanceof ChatException.PartialAnswer;
        return new Outcome(
                typed == null || (!text.isEmpty() && !partial) ? Kind.INVALID : partial ? Kind.PARTIAL : Kind.ERROR,
                text,
                List.of(),
                "",
                typed == null ? "" : code(typed.failure().kind()),
                null,
                null,
                typed == null ? null : typed.failure().retryAfter(),
                since(start),
                all.toString());
    }

    /** The gateway's code for a kind of failure, so that one expectation serves both callers. */
    private static String code(FailureKind kind) {
        return switch (kind) {
            case CONTEXT_OVERFLOW -> "context_length_exceeded";
            case CONTENT_FILTERED -> "content_policy_violation";
            case UNSUPPORTED -> "unsupported_value";
            case INVALID_REQUEST, TOOL_REJECTED -> "invalid_request";
            case MODEL_NOT_FOUND -> "model_not_found";
            case RATE_LIMITED -> "rate_limit_exceeded";
            case QUOTA -> "insufficient_quota";
            case OVERLOADED, SKIPPED -> "overloaded";
            case TIMEOUT -> "timeout";
            default -> "upstream_" + kind.label();
        };
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void callAndLeave(Mode mode, Upstream upstream) throws Exception {
        CountDownLatch content = new CountDownLatch(1);
        Disposable call = mode == Mode.STREAM
                ? provider.stream(Question.PLAIN.request())
                        .doOnNext(chunk -> content.countDown())
                        .subscribe()
                : provider.chat(Question.PLAIN.request()).subscribe();
        if (mode == Mode.STREAM) {
            content.await(20, TimeUnit.SECONDS);
        } else {
            Await.until(() -> !upstream.calls().isEmpty());
        }
        call.dispose();
    }

    @Override
    public void close() {
        understudy.close();
    }
}
