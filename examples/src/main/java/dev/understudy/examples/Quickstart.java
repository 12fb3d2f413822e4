package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The quickstart: an answer streams to the terminal while the first provider fails, the second is rate limited, and
 * the third takes over. Without arguments it uses scripted servers of this machine; with keys or URLs, real ones.
 */
public final class Quickstart {

    private Quickstart() {}

    /** Exits with 0 for a complete answer, 1 for none, 2 for invalid arguments. */
    public static void main(String[] args) {
        int exit = run(args, System.getenv(), ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(String[] args, Map<String, String> environment, ConsoleOutput consoleOutput) {
        if (List.of(args).contains("--help")) {
            consoleOutput.line(Arguments.USAGE);
            return 0;
        }
        Arguments arguments;
        try {
            arguments = Arguments.of(args, environment);
        } catch (Arguments.Wrong wrong) {
            consoleOutput.line(wrong.reason(), ConsoleOutput.Colour.RED);
            consoleOutput.line("");
            consoleOutput.line(Arguments.USAGE);
            return 2;
        }
        return arguments.members().isEmpty() ? demo(consoleOutput) : call(arguments, consoleOutput);
    }

    private static int demo(ConsoleOutput consoleOutput) {
        consoleOutput.line(
                "Three scripted servers on loopback. The lead answers 503 and then goes silent; the second is rate");
        consoleOutput.line("limited on one key and breaks with the other; the third speaks another vendor's language.");
        try (DemoServers servers = DemoServers.open();
                Understudy understudy = servers.understudy(consoleOutput::event)) {
            understudy.warmup().block(Duration.ofSeconds(10));
            return print(understudy, ChatRequest.of("gpt-demo", DemoServers.PROMPT), consoleOutput);
        }
    }

    private static int call(Arguments arguments, ConsoleOutput consoleOutput) {
        try (Understudy understudy = over(arguments.members(), consoleOutput::event)) {
            String model = arguments.members().get(0).model();
            return print(understudy, ChatRequest.of(model, arguments.prompt()), consoleOutput);
        }
    }

    private static Understudy over(List<Arguments.Member> members, Listener listener) {
        UnderstudyBuilder builder = Understudy.builder().listener(listener);
        members.forEach(member -> builder.provider(member.provider(), member.model()));
        return builder.build();
    }

    /** Prints the tokens as they arrive, then the attempts. */
    private static int print(Understudy understudy, ChatRequest request, ConsoleOutput consoleOutput) {
        consoleOutput.line("");
        try {
            StreamChunk.Finish finish = understudy.stream(request)
                    .doOnNext(chunk -> consoleOutput.words(chunk.text()))
                    .ofType(StreamChunk.Finish.class)
                    .blockLast();
            consoleOutput.line("");
            consoleOutput.table(
                    finish == null ? AttemptLog.empty() : finish.servedBy().attemptLog());
            return 0;
        } catch (ChatException failed) {
            consoleOutput.line("");
            consoleOutput.table(attemptLog(failed));
            return 1;
        }
    }

    private static AttemptLog attemptLog(ChatException failed) {
        if (failed instanceof ChatException.Exhausted exhausted) {
            return exhausted.attemptLog();
        }
        return failed instanceof ChatException.PartialAnswer partial ? partial.attemptLog() : AttemptLog.empty();
    }
}
