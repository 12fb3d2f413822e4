package dev.understudy.examples;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls as steps of a pipeline: six documents, three at a time, one deadline for all of them. One document fails over
 * to the second provider; one gets no answer from any provider, is answered up at the deadline, and delays no other.
 */
public final class Pipeline {

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final ScriptedReply ANSWER =
            ScriptedReply.text("In short: all is well.").beforeHeaders(Duration.ofMillis(100));
    private static final ScriptedReply SILENCE = ANSWER.stall(ScriptedReply.FaultPoint.nothing());

    record Document(String name, String text) {}

    record Summary(String document, String text, boolean answered) {}

    private static final List<Document> DOCUMENTS = List.of(
            new Document("memo", "The meeting moves to Tuesday, and the hall stays the same."),
            new Document("letter", "Dear theatre, I sat in row nine and noticed nothing at all."),
            new Document("invoice", "Forty metres of red velvet, to be paid within thirty days."),
            new Document("minutes", "The board met, agreed on the season, and went home early."),
            new Document("novel", "It begins in the rain, and nine hundred pages later it still rains."),
            new Document("poster", "Tonight only, and again tomorrow: the whole play."));

    private Pipeline() {}

    /** Exits with 0 if five summaries arrived in time and one did not, 1 otherwise. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** The application's code: failover needs no operator here. */
    static Flux<Summary> summaries(Flux<Document> documents, ChatProvider provider) {
        return documents.flatMapSequential(document -> summary(document, provider), 3);
    }

    private static Mono<Summary> summary(Document document, ChatProvider provider) {
        return provider.chat(ChatRequest.of("gpt-demo", "Summarise in one sentence.", document.text()))
                .map(answer -> new Summary(document.name(), answer.text(), true))
                .onErrorResume(ChatException.Exhausted.class, failed -> {
                    return Mono.just(new Summary(document.name(), failed.reason(), false));
                })
                .contextWrite(CallContext.tag("document", document.name()));
    }

    static int run(ConsoleOutput consoleOutput) {
        DemoServers.warmUp();
        ActivityLog activity = new ActivityLog();
        Listener lines = event -> {
            if (!(event instanceof Event.AttemptStarted)) {
                consoleOutput.event(event);
            }
        };
        try (ScriptedServer primary = ScriptedServer.start();
                ScriptedServer backup = ScriptedServer.start();
                Understudy provider = over(primary, backup, lines.and(activity))) {
            primary.when(about("row nine"), ScriptedReply.error(503, "server_error", "No capacity left"));
            primary.when(about("nine hundred pages"), SILENCE).always(ANSWER);
            backup.when(about("nine hundred pages"), SILENCE).always(ANSWER);
            consoleOutput.line(
                    DOCUMENTS.size() + " documents, three at a time, " + DEADLINE.toSeconds() + " seconds for all.");
            List<Summary> summaries = summaries(Flux.fromIterable(DOCUMENTS), provider)
                    .contextWrite(CallContext.deadline(DEADLINE))
                    .collectList()
                    .block();
            consoleOutput.line("");
            int exit = report(summaries == null ? List.of() : summaries, consoleOutput);
            ReportTable.of(activity.report()).forEach(consoleOutput::line);
            return exit;
        }
    }

    private static Understudy over(ScriptedServer primary, ScriptedServer backup, Listener listener) {
        return Understudy.builder()
                .provider(Providers.openAiCompatible(
                        Endpoint.of("lead", primary.url(), "k1"), OpenAiCompatibility.defaults()))
                .provider(Providers.anthropic(Endpoint.of("deputy", backup.url(), "k2")), "claude-demo")
                .retry(RetryPolicy.none())
                .timeouts(TimeoutPolicy.defaults().withResponse(Duration.ofSeconds(2)))
                .listener(listener)
                .build();
    }

    private static Predicate<RecordedRequest> about(String words) {
        return request -> request.text().contains(words);
    }

    private static int report(List<Summary> summaries, ConsoleOutput consoleOutput) {
        summaries.forEach(summary -> consoleOutput.line(
                String.format("%-8s %s", summary.document(), summary.text()),
                summary.answered() ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED));
        long answered = summaries.stream().filter(Summary::answered).count();
        return summaries.size() == DOCUMENTS.size() && answered == DOCUMENTS.size() - 1 ? 0 : 1;
    }
}
