package dev.understudy.gateway.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.understudy.gateway.ClientVendors;
import dev.understudy.gateway.clients.JavaClient.Answer;
import dev.understudy.gateway.clients.JavaClient.Call;
import dev.understudy.gateway.clients.JavaClient.Feature;
import dev.understudy.gateway.clients.JavaClient.Sky;
import dev.understudy.gateway.clients.JavaClient.Thoughts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that every client library can make with every vendor behind the gateway, also while one of the vendors fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JavaClientContract {

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final String PDF = "JVBERi0xLjQgYSByZXBvcnQ=";

    /** Behaviour of the first vendor; the name is a word of the question. */
    enum Fault {
        NONE,
        /** Status 503 before the answer. */
        DOWN,
        /** The connection ends in the middle of the answer. */
        CUT;

        String question(String text) {
            return this == NONE ? text : this + ": " + text;
        }
    }

    private ClientVendors vendors;
    private JavaClient client;

    /** Returns the client of a gateway; it must not retry. */
    abstract JavaClient client(String url, String key);

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        vendors = ClientVendors.start(folder);
        client = client(vendors.url(), ClientVendors.KEY);
    }

    @AfterAll
    void stop() {
        vendors.close();
    }

    static Stream<Arguments> calls() {
        return Stream.of("chat", "responses", "claude").flatMap(JavaClientContract::faults);
    }

    static Stream<Arguments> claude() {
        return faults("claude");
    }

    private static Stream<Arguments> faults(String agent) {
        return Stream.of(Fault.values())
                .flatMap(fault -> Stream.of(false, true).map(stream -> Arguments.of(agent, fault, stream)));
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("calls")
    void answerIsWholeAndOnce(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Answer answer = client.answer(new Call(agent, fault.question("Count."), stream));
        assertThat(answer.text()).isEqualTo(ClientVendors.TEXT);
        assertThat(answer.finish()).isIn("stop", "end_turn", "completed");
        if (fault == Fault.CUT && stream) {
            assertThat(answer.outputTokens()).isPositive();
        } else {
            assertThat(answer.outputTokens()).isEqualTo(30);
        }
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("calls")
    void loopOfToolsEnds(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Call call = new Call(agent, fault.question("How is the weather in Bern?"), stream);
        assertThat(client.tools(call, false)).isEqualTo("It is sunny in Bern.");
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("calls")
    void structuredOutputIsRead(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Call call = new Call(agent, fault.question("How is the sky? Tell me as JSON."), stream);
        assertThat(client.object(call)).isEqualTo(new Sky("Bern", "blue"));
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("calls")
    void imageIsSeen(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Call call = new Call(agent, fault.question("What is this?"), stream);
        assertThat(client.look(call, "image/png", PNG)).isEqualTo("An image.");
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("calls")
    void documentIsRead(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Call call = new Call(agent, fault.question("What is this?"), stream);
        assertThat(client.look(call, "application/pdf", PDF)).isEqualTo("A document.");
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("claude")
    void thinkingIsShownAndGoesBackSigned(String agent, Fault fault, boolean stream) {
        Counts before = Counts.of(vendors);
        Thoughts thoughts = client.think(new Call(agent, fault.question("THINK"), stream), "Was it signed?");
        assertThat(thoughts.text()).isEqualTo(ClientVendors.TEXT);
        if (!stream || !client.lacks().contains(Feature.STREAMED_THOUGHT)) {
            assertThat(thoughts.thought()).isEqualTo(ClientVendors.THOUGHT);
        }
        assertThat(thoughts.next())
                .isEqualTo(client.lacks().contains(Feature.SIGNATURE) ? "It was not." : "It was signed.");
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{0}, fault {1}, stream {2}")
    @MethodSource("claude")
    void thinkingBeforeToolCallGoesBackSigned(String agent, Fault fault, boolean stream) {
        assumeThat(client.lacks()).doesNotContain(Feature.SIGNATURE);
        Counts before = Counts.of(vendors);
        assertThat(client.tools(new Call(agent, fault.question("THINK"), stream), true))
                .isEqualTo("It is sunny in Bern.");
        assertSpareAnswered(fault, before);
    }

    @ParameterizedTest(name = "{1}, stream {2}")
    @CsvSource({
        "limited, 429, false",
        "limited, 429, true",
        "unknown, 404, false",
        "unknown, 404, true",
        "gone, 503, false",
        "gone, 503, true",
        "chat, 400, false",
        "chat, 400, true",
    })
    void errorHasItsTypeAndStatus(String agent, int status, boolean stream) {
        Call call = new Call(agent, status == 400 ? "INVALID" : "Count.", stream);
        assertError(catchThrowable(() -> client.answer(call)), status);
    }

    @ParameterizedTest(name = "stream {0}")
    @ValueSource(booleans = {false, true})
    void wrongKeyIs401(boolean stream) {
        JavaClient stranger = client(vendors.url(), "wrong-key");
        assertError(catchThrowable(() -> stranger.answer(new Call("chat", "Count.", stream))), 401);
    }

    private void assertError(Throwable thrown, int status) {
        Throwable error = client.unwrapped(thrown);
        assertThat(error).isInstanceOf(client.errorType(status));
        int told = client.status(error);
        // Messages has a status of its own for an overload
        assertThat(told == 529 ? 503 : told).isEqualTo(status);
    }

    @Test
    void streamThatNobodyFinishesEndsWithAnError() {
        Throwable error = catchThrowable(() -> client.answer(new Call("dead", "Count.", true)));
        assertThat(client.unwrapped(error)).isInstanceOf(client.errorType(200));
    }

    @Test
    void cancelledStreamReachesTheVendor() {
        client.leave("slow", "Who leaves?");
        vendors.awaitCancelled("Who leaves?");
    }

    /** Calls that the first vendors and the others got. */
    private record Counts(long leads, long spares) {

        static Counts of(ClientVendors vendors) {
            return new Counts(vendors.calls(true), vendors.calls(false));
        }
    }

    private void assertSpareAnswered(Fault fault, Counts before) {
        Counts after = Counts.of(vendors);
        assertThat(after.leads()).isGreaterThan(before.leads());
        if (fault != Fault.NONE) {
            assertThat(after.spares()).isGreaterThan(before.spares());
        }
    }
}
