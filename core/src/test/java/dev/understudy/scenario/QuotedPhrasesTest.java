package dev.understudy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.error.Quotations;
import dev.understudy.provider.json.Json;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A phrase of the phrase tables stands in one caller's request, and the vendor quotes it in an error. The next call of
 * another caller is sent and served as after an error about a harmless text, and the provider's status is equal: keys,
 * windows, circuits, adapted parameters, readiness. A quarter of the phrases are sent in letters that the vendor folds to plain
 * ones. Cases: {@code -Dunderstudy.cases}, 100,000 with {@code
 * -Dunderstudy.tests.all=true}.
 */
class QuotedPhrasesTest {

    private static final int CASES =
            Integer.getInteger("understudy.cases", Boolean.getBoolean("understudy.tests.all") ? 100_000 : 200);

    /** Index of the first observation of {@code play} that is not the caller's own. */
    private static final int OF_OTHERS = 2;

    private static final String HARMLESS = "zebra 71";
    private static final String LONG = "Once there was a library near the sea, and its keeper counted ships. ";

    /** The 0 is an error in the body of a response with status 200. */
    private static final List<Integer> STATUSES = List.of(0, 400, 400, 400, 403, 404, 422, 429, 500, 502, 503);

    /** A vendor: its provider, its successful answer, and its error formats with %s for the message. */
    @SuppressWarnings("ImmutableEnumChecker") // its functions hold no state
    private enum Vendor {
        OPENAI(
                Providers::openAi,
                "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}",
                "{\"error\":{\"message\":%s,\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
                "{\"error\":{\"message\":\"Unknown field\",\"type\":\"invalid_request_error\",\"param\":%s,\"code\":null}}"),
        RESPONSES(
                Providers::openAiResponses,
                "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"output_text\",\"text\":\"Hi\"}]}]}",
                "{\"error\":{\"message\":%s,\"type\":\"invalid_request_error\",\"param\":\"input\",\"code\":null}}"),
        AZURE(
                endpoint -> Providers.azureClassic(endpoint, "2024-10-21"),
                OPENAI.answer,
                "{\"error\":{\"code\":\"BadRequest\",\"message\":%s,\"innererror\":{\"code\":\"x\"}}}"),
        ANTHROPIC(
                Providers::anthropic,
                "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
                        + "\"stop_reason\":\"end_turn\"}",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":%s},\"request_id\":\"r\"}"),
        BEDROCK(
                Providers::bedrock,
                "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hi\"}]}},"
                        + "\"stopReason\":\"end_turn\"}",
                "{\"message\":%s,\"__type\":\"ValidationException\"}"),
        GEMINI(
                Providers::gemini,
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}]}",
                "[{\"error\":{\"code\":400,\"message\":%s,\"status\":\"INVALID_ARGUMENT\"}}]",
                "{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload received.\",\"details\":[{\"@type\":"
                        + "\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"description\":%s}]}]}}"),
        COHERE(
                Providers::cohere,
                "{\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]},"
                        + "\"finish_reason\":\"COMPLETE\"}",
                "{\"id\":\"i\",\"message\":%s}"),
        OLLAMA(
                Providers::ollama,
                "{\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"done\":true,\"done_reason\":\"stop\"}",
                "{\"error\":%s}"),
        MISTRAL(
                endpoint -> Providers.of(OpenAiCompatibleVendor.MISTRAL, endpoint),
                OPENAI.answer,
                "{\"object\":\"error\",\"message\":%s,\"type\":\"invalid_request\",\"code\":null}",
                "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\"],\"msg\":\"Bad input\",\"input\":%s}]}",
                "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\",%s],\"msg\":\"Bad input\"}]}"),
        OPEN_ROUTER(
                endpoint -> Providers.of(OpenAiCompatibleVendor.OPENROUTER, endpoint),
                OPENAI.answer,
                "{\"error\":{\"message\":\"Provider returned error\",\"code\":400,\"metadata\":{\"raw\":%s}}}");

        private final Function<Endpoint, ChatProvider> provider;
        private final String answer;
        private final List<String> errors;

        Vendor(Function<Endpoint, ChatProvider> provider, String answer, String... errors) {
            this.provider = provider;
            this.answer = answer;
            this.errors = Arrays.asList(errors);
        }
    }

    /** One vendor's server and a client over it, which lives through all cases. */
    private static final class Stage implements AutoCloseable {

        private final Vendor vendor;
        private final ScriptedServer server = ScriptedServer.start().rule(this::reply);
        private final ChatProvider provider;
        private final Understudy understudy;
        private volatile ScriptedReply next = ScriptedReply.text("");
        private volatile String sent = "";
        private final List<Object> untouched;

        Stage(Vendor vendor) {
            this.vendor = vendor;
            this.provider = vendor.provider.apply(Endpoint.of("p1", server.url(), "key-one-1234", "key-two-1234"));
            this.understudy = Understudy.builder()
                    .provider(provider)
                    .retry(RetryPolicy.none().withMaxWait(Duration.ZERO))
                    .circuit(CircuitPolicy.defaults().withConsecutive(2))
                    .build();
            List<Object> seen = play(CallKind.CHAT, OTHER, answer());
            this.untouched = seen.subList(OF_OTHERS, seen.size());
        }

        ScriptedReply answer() {
            return ScriptedReply.raw(200, "application/json", vendor.answer);
        }

        private ScriptedReply reply(RecordedRequest asked) {
            sent = asked.path() + " " + asked.text();
            return next;
        }

        /**
         * Makes two calls that the vendor answers with an error, and one of another caller.
         *
         * @return what the callers and the operator see; from {@value #OF_OTHERS} on, what is not the result of the first
         */
        List<Object> play(CallKind kind, ChatRequest request, ScriptedReply error) {
            understudy.control().release("p1");
            List<Object> seen = new ArrayList<>();
            next = error;
            for (int i = 0; i < 2; i++) {
                seen.add(failures(kind.result(understudy, request)));
            }
            seen.add(status(understudy.control().status().get(0)));
            next = answer();
            sent = "";
            seen.add(failures(CallKind.CHAT.result(understudy, OTHER)));
            seen.add(sent);
            return seen;
        }

        private static List<Object> failures(CallResult result) {
            return result.error() instanceof ChatException.Rejected rejected
                    ? rejected.attemptLog().attempts().stream()
                            .map(Object::getClass)
                            .collect(Collectors.toList())
                    : result.failures().stream().map(Stage::facts).collect(Collectors.toList());
        }

        private static Object facts(Failure failure) {
            return List.of(
                    failure.kind(),
                    String.valueOf(failure.advice().window()),
                    failure.advice().refusedParameter() == null,
                    failure.retryAfter() == null
                            ? -1
                            : failure.retryAfter().plusSeconds(5).toSeconds() / 10);
        }

        private static List<Object> status(ProviderStatus status) {
            return List.of(
                    status.health(),
                    status.active(),
                    status.consecutiveFailures(),
                    status.circuits().getOrDefault(OTHER.model(), ProviderStatus.CircuitState.CLOSED),
                    status.keyCooldowns().size(),
                    String.valueOf(status.hold()));
        }

        @Override
        public void close() {
            understudy.close();
            provider.close();
            server.close();
        }
    }

    /** Request of another caller, long enough to be trimmed to a small window. */
    private static final ChatRequest OTHER = ChatRequest.of(
                    "some-model",
                    List.of(
                            Message.user("Where is the library of the sea? " + LONG),
                            Message.assistant("Near the harbour, beyond the mill."),
                            Message.user("How many ships did the keeper count? " + LONG),
                            Message.assistant("Seventy-one, and a raft."),
                            Message.user("And today?")))
            .withTemperature(0.5)
            .withMaxTokens(700);

    @Test
    void quotedPhraseAffectsNoOtherCaller() throws Exception {
        Random random = new Random(Long.getLong("seed", 11));
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        int believed = 0;
        for (Vendor vendor : Vendor.values()) {
            try (Stage stage = new Stage(vendor)) {
                for (int i = 0; i < CASES / Vendor.values().length; i++) {
                    int index = CASES < Quotations.phrases() ? random.nextInt(Quotations.phrases()) : i;
                    String phrase = Quotations.phrase(index, random);
                    if (phrase.length() < 2 || phrase.length() > 64) {
                        continue;
                    }
                    cases++;
                    believed += check(stage, phrase, random, i % 8 == 0, wrong) ? 1 : 0;
                }
            }
        }
        assertThat(wrong).as("%d of %d", wrong.size(), cases).isEmpty();
        assertThat(cases).isGreaterThan(CASES / 2);
        assertThat(believed).as("phrases that count in a vendor's own sentence").isGreaterThan(cases / 100);
    }

    /** @param control plays the error also about another caller's request, and returns true if that has an effect */
    private static boolean check(Stage stage, String text, Random random, boolean control, List<String> wrong) {
        int place = random.nextInt(9);
        String phrase = place == 4 ? text.replaceAll("[^A-Za-z0-9_-]", "_") : text;
        int status = STATUSES.get(random.nextInt(STATUSES.size()));
        String form = stage.vendor.errors.get(random.nextInt(stage.vendor.errors.size()));
        String sentence = Quotations.SENTENCES.get(random.nextInt(Quotations.SENTENCES.size()));
        String spelt = Quotations.SPELLINGS
                .get(random.nextInt(Quotations.SPELLINGS.size()))
                .apply(place == 7 ? "near the sea, and its keeper counted ships. " + phrase + ". Once there" : phrase);
        CallKind kind = random.nextBoolean() ? CallKind.CHAT : CallKind.STREAM;
        String sent = place != 4 && random.nextInt(4) == 0 ? Quotations.folded(phrase, random) : phrase;
        ChatRequest request = request(place, place >= 7 ? LONG + sent + ". " + LONG : sent);
        List<Object> after = stage.play(kind, request, error(status, form, sentence.formatted(spelt)));
        List<Object> expected = stage.play(kind, request, error(status, form, sentence.formatted(HARMLESS)));
        // A few words from the middle of a prompt, without quotation marks, may still decide about the call itself.
        if (!after.equals(expected) && !(place == 8 && isHarmless(stage, after, expected))) {
            wrong.add(stage.vendor + " " + place + " " + status + " " + form.formatted(sentence.formatted(spelt))
                    + "\n      is " + after + "\ninstead of " + expected);
        }
        if (!control) {
            return false;
        }
        List<Object> own = stage.play(kind, OTHER, error(status, form, sentence.formatted(spelt)));
        stage.play(kind, OTHER, stage.answer()); // an answer, so that the next case begins without failures
        return !own.equals(expected);
    }

    /** Returns true if only the caller's own results differ, or if others see what they see without any error. */
    private static boolean isHarmless(Stage stage, List<Object> after, List<Object> expected) {
        List<Object> others = after.subList(OF_OTHERS, after.size());
        return others.equals(expected.subList(OF_OTHERS, expected.size())) || others.equals(stage.untouched);
    }

    private static ScriptedReply error(int status, String form, String message) {
        return ScriptedReply.raw(status == 0 ? 200 : status, "application/json", form.formatted(json(message)));
    }

    private static ChatRequest request(int place, String text) {
        return switch (place) {
            case 0 -> OTHER.withModel(text);
            case 1 -> OTHER.withMessages(List.of(Message.user(text)));
            case 2 -> extra("effort_level", text);
            case 3 -> extra(text, "x");
            case 4 -> OTHER.withTools(List.of(Tool.of(text, "a tool")));
            case 5 -> OTHER.withTools(List.of(Tool.of("tool_a", text)));
            case 6 ->
                OTHER.withMessages(List.of(
                        Message.user("Go"),
                        new Message.Assistant(
                                "", List.of(new ToolCall("c1", "tool_a", "{\"a\":" + json(text) + "}")), List.of()),
                        new Message.ToolResult("c1", "tool_a", "done", false)));
            default -> OTHER.withMessages(List.of(Message.user(text)));
        };
    }

    private static ChatRequest extra(String name, String value) {
        ChatRequest request = OTHER;
        for (String dialect : List.of(
                "openai-chat", "openai-responses", "anthropic", "bedrock-converse", "gemini", "cohere", "ollama")) {
            request = request.withExtra(dialect, name, value);
        }
        return request;
    }

    private static String json(String text) {
        return new String(Json.write(Map.of("t", text)), StandardCharsets.UTF_8).replaceAll("^\\{\"t\":|}$", "");
    }
}
