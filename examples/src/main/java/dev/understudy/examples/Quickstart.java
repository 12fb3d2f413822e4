package dev.understudy.examples;

import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The first minute: an answer streams to the terminal while the first provider fails, the second is rate limited, and the
 * third takes over. Without arguments on scripted servers of this machine; with keys or URLs, on real ones.
 */
public final class Quickstart {

    private Quickstart() {}

    /** Ends with 0 for a whole answer, 1 for none, 2 for arguments that cannot be followed. */
    public static void main(String[] args) {
        int exit = run(args, System.getenv(), Terminal.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(String[] args, Map<String, String> environment, Terminal terminal) {
        if (List.of(args).contains("--help")) {
            terminal.line(Arguments.USAGE);
            return 0;
        }
        Arguments arguments;
        try {
            arguments = Arguments.of(args, environment);
        } catch (Arguments.Wrong wrong) {
            terminal.line(wrong.why(), Terminal.Colour.RED);
            terminal.line("");
            terminal.line(Arguments.USAGE);
            return 2;
        }
        return arguments.cast().isEmpty() ? rehearse(terminal) : perform(arguments, terminal);
    }

    private static int rehearse(Terminal terminal) {
        terminal.line(
                "Three scripted servers on loopback. The lead answers 503 and then goes silent; the second is rate");
        terminal.line("limited on one key and breaks with the other; the third speaks another vendor's language.");
        try (Rehearsal stage = Rehearsal.open();
                Understudy understudy = stage.understudy(terminal::event)) {
            understudy.warmup().block(Duration.ofSeconds(10));
            return tell(understudy, ChatRequest.of("gpt-demo", Rehearsal.PROMPT), terminal);
        }
    }

    private static int perform(Arguments arguments, Terminal terminal) {
        try (Understudy understudy = over(arguments.cast(), terminal::event)) {
            String model = arguments.cast().get(0).model();
            return tell(understudy, ChatRequest.of(model, arguments.prompt()), terminal);
        }
    }

    private static Understudy over(List<Arguments.Member> cast, Listener listener) {
        UnderstudyBuilder builder = Understudy.builder().listener(listener);
        cast.forEach(member -> builder.provider(member.provider(), member.model()));
        return builder.build();
    }

    /** The words as they come; then who was asked, and how it went. */
    private static int tell(Understudy understudy, ChatRequest request, Terminal terminal) {
        terminal.line("");
        try {
            StreamChunk.Finish finish = understudy.stream(request)
                    .doOnNext(chunk -> terminal.words(chunk.text()))
                    .ofType(StreamChunk.Finish.class)
                    .blockLast();
            terminal.line("");
            terminal.table(finish == null ? Trail.empty() : finish.served().trail());
            return 0;
        } catch (ChatException failed) {
            terminal.line("");
            terminal.table(trail(failed));
            return 1;
        }
    }

    private static Trail trail(ChatException failed) {
        if (failed instanceof ChatException.Exhausted exhausted) {
            return exhausted.trail();
        }
        return failed instanceof ChatException.PartialAnswer partial ? partial.trail() : Trail.empty();
    }
}
