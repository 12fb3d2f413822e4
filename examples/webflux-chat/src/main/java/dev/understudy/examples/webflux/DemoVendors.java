package dev.understudy.examples.webflux;

import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/** Two vendors inside the application. The first one breaks off in the middle of each answer. */
@Component
@Profile(DemoVendors.PROFILE)
final class DemoVendors implements UnderstudyConnectionDetails, AutoCloseable {

    static final String PROFILE = "demo";

    private static final String API_KEY = "no-key-in-the-demonstration";
    private static final int BREAKS_AFTER = 24;

    private static final String TEXT = "An understudy learns every role of a play,  and waits beside the stage.\n"
            + "When an actor falls ill in the second act, the understudy walks on in the middle of a sentence, and the audience"
            + " hears the rest of it.\nNothing is said twice, nothing is left out, and most people never know.";

    private final ScriptedServer openAi = ScriptedServer.start();
    private final ScriptedServer claude = ScriptedServer.start();

    DemoVendors(@Value("${demo.pace:60ms}") Duration pace) {
        ScriptedReply answer = ScriptedReply.tokens(tokens()).between(pace);
        openAi.always(answer.cut(FaultPoint.tokens(BREAKS_AFTER)));
        claude.always(answer);
    }

    /** Returns the text in pieces as models send it: each word with the space before it. */
    static String[] tokens() {
        return TEXT.split("(?=[ \n])");
    }

    ScriptedServer openAi() {
        return openAi;
    }

    ScriptedServer claude() {
        return claude;
    }

    @Override
    public @Nullable Connection connection(String provider) {
        ScriptedServer server = provider.equals("openai") ? openAi : claude;
        return new Connection(URI.create(server.url()), API_KEY);
    }

    @Override
    public void close() {
        openAi.close();
        claude.close();
    }
}
