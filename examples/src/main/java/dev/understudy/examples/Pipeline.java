package dev.understudy.examples;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
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
 * A call as one step of a larger pipeline: six documents, three at a time, one deadline for all of them. One document
 * needs the second provider, and one gets no answer anywhere: it is given up when the time is over, and keeps no other
 * from its summary.
 */
public final class Pipeline {

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final ScriptedReply ANSWER =
            ScriptedReply.text("In short: all is well.").beforeHeaders(Duration.ofMillis(100));
    private static final ScriptedReply SILENCE = ANSWER.stall(ScriptedReply.FaultPoint.nothing());

    record Document(String name, String text) {}

    record Summary(String document, String text, boolean given) {}

    private static final List<Document> DOCUMENTS = List.of(
            new Document("memo", "The rehearsal moves to Tuesday, and the hall stays the same."),
            new Document("letter", "Dear theatre, I sat in row nine and noticed nothing at all."),
            new Document("invoice", "Forty metres of red velvet, to be paid within thirty days."),
            new Document("minutes", "The board met, agreed on the season, and went home early."),
            new Document("novel", "It begins in the rain, and nine hundred pages later it still rains."),
            new Document("poster", "Tonight only, and again tomorrow: the whole play."));

    private Pipeline() {}

    /** Ends with 0 if five summaries were given in time and one was not, 1 if it went otherwise. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** Where the failover is: nowhere to be seen. */
    static Flux<Summary> summaries(Flux<Document> documents, ChatProvider writer) {
        return documents.flatMapSequential(document -> summary(document, writer), 3);
    }

    private static Mono<Summary> summary(Document document, ChatProvider writer) {
        return writer.chat(ChatRequest.of("gpt-demo", "Summarise in one sentence.", document.text()))
                .map(answer -> new Summary(document.name(), answer.text(), true))
                .onErrorResume(ChatException.Exhausted.class, failed -> {
                    return Mono.just(new Summary(document.name(), failed.why(), false));
                })
                .contextWrite(CallContext.tag("document", document.name()));
    }

    static int run(ConsoleOutput consoleOutput) {
        DemoServers.walkThrough();
        try (ScriptedServer lead = ScriptedServer.start();
                ScriptedServer deputy = ScriptedServer.start();
                Understudy writer = over(lead, deputy, consoleOutput)) {
            lead.when(about("row nine"), ScriptedReply.error(503, "server_error", "No capacity left"));
            lead.when(about("nine hundred pages"), SILENCE).always(ANSWER);
            deputy.when(about("nine hundred pages"), SILENCE).always(ANSWER);
            consoleOutput.line(
                    DOCUMENTS.size() + " documents, three at a time, " + DEADLINE.toSeconds() + " seconds for all.");
            List<Summary> summaries = summaries(Flux.fromIterable(DOCUMENTS), writer)
                    .contextWrite(CallContext.deadline(DEADLINE))
                    .collectList()
                    .block();
            consoleOutput.line("");
            return judge(summaries == null ? List.of() : summaries, consoleOutput);
        }
    }

    private static Understudy over(ScriptedServer lead, ScriptedServer deputy, ConsoleOutput consoleOutput) {
        return Understudy.builder()
                .provider(Providers.openAiCompatible(
                        Endpoint.of("lead", lead.url(), "k1"), OpenAiCompatibility.defaults()))
                .provider(Providers.anthropic(Endpoint.of("deputy", deputy.url(), "k2")), "claude-demo")
                .retry(RetryPolicy.none())
                .timeouts(TimeoutPolicy.defaults().withResponse(Duration.ofSeconds(2)))
                .listener(event -> {
                    if (!(event instanceof Event.AttemptStarted)) {
                        consoleOutput.event(event);
                    }
                })
                .build();
    }

    private static Predicate<RecordedRequest> about(String words) {
        return asked -> asked.text().contains(words);
    }

    private static int judge(List<Summary> summaries, ConsoleOutput consoleOutput) {
        summaries.forEach(summary -> consoleOutput.line(
                String.format("%-8s %s", summary.document(), summary.text()),
                summary.given() ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED));
        long given = summaries.stream().filter(Summary::given).count();
        return summaries.size() == DOCUMENTS.size() && given == DOCUMENTS.size() - 1 ? 0 : 1;
    }
}
