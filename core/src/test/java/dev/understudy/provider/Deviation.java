package dev.understudy.provider;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus.Recording;
import dev.understudy.provider.Said.Call;
import dev.understudy.provider.dialect.DialectName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Where we mean to say something else than the oracle of the corpus, each with its reason. The oracle repeats the
 * vendors' words and numbers; we count alike for all vendors. What differs and stands in no rule here is a mistake.
 */
enum Deviation {
    CALL_WITHOUT_NAME("an empty call beside an answer (\"function_call\": {\"name\": \"\"}) calls nothing") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            List<Call> calls = expected.calls().stream()
                    .filter(call -> !call.name().isEmpty())
                    .toList();
            return calls.size() == expected.calls().size() ? expected : expected.with("calls", calls);
        }
    },

    CALL_OF_THE_VENDOR("nobody waits for the result of a tool that the vendor runs itself") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            List<Call> calls = expected.calls().stream()
                    .filter(call -> !recording.dialect().startsWith("bedrock")
                            || !call.name().startsWith("nova_"))
                    .toList();
            return calls.size() == expected.calls().size() ? expected : expected.with("calls", calls);
        }
    },

    MADE_UP_ID("a call without an id gets one, for its result must name it") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            List<Call> calls = new ArrayList<>(expected.calls());
            Set<String> ids = new java.util.HashSet<>();
            for (int i = 0; i < calls.size() && i < heard.calls().size(); i++) {
                Call call = calls.get(i);
                String id = heard.calls().get(i).id();
                if (call.id().isEmpty() && !id.isEmpty() && ids.add(id)) {
                    calls.set(i, new Call(id, call.name(), call.arguments()));
                }
            }
            return calls.equals(expected.calls()) ? expected : expected.with("calls", calls);
        }
    },

    CALLS_END_A_TURN("an answer with calls ends with TOOL_CALLS, also where the vendor says stop or nothing") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            boolean plain = Set.of("STOP", "OTHER", "null", "NULL").contains(expected.get("reason"));
            return expected.calls().isEmpty() || !plain
                    ? expected
                    : expected.with("reason", FinishReason.TOOL_CALLS.name());
        }
    },

    STATUS_IS_THE_WORD("Responses has no finish reason: the vendor's word is the status, \"completed\"") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            return recording.dialect().equals(DialectName.OPENAI_RESPONSES)
                            && expected.get("word").equals("tool_calls")
                    ? expected.with("word", "completed")
                    : expected;
        }
    },

    ARMOR_IS_A_FILTER("MODEL_ARMOR is a filter of Google's, of which the oracle does not know") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            return expected.get("word").equals("MODEL_ARMOR")
                    ? expected.with("reason", FinishReason.CONTENT_FILTER.name())
                    : expected;
        }
    },

    FALLBACK_SERVES("the model of an answer is the one that took over at the vendor, which its usage names") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            return body(recording).contains("\"fallback_message\",\"model\":\"" + heard.get("model") + "\"")
                    ? expected.with("model", heard.get("model"))
                    : expected;
        }
    },

    REASONING_IN_DETAILS("reasoning that is told in reasoning_details only is reasoning") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            if (!expected.get("reasoning").isEmpty() || !body(recording).contains("\"reasoning_details\"")) {
                return expected;
            }
            StringBuilder details = new StringBuilder();
            boolean whole = recording.kind().equals("response");
            for (String line :
                    whole ? List.of(body(recording)) : body(recording).lines().toList()) {
                String json = line.startsWith("data: {") ? line.substring(6) : whole ? line : "{}";
                JsonNode choice = tree(json).path("choices").path(0);
                JsonNode turn = choice.has("delta") ? choice.path("delta") : choice.path("message");
                turn.path("reasoning_details")
                        .forEach(detail -> details.append(detail.path("text").asString(""))
                                .append(detail.path("summary").asString("")));
            }
            return details.isEmpty() ? expected : expected.with("reasoning", details.toString());
        }
    },

    CITED_WORDS("words of a whole answer that come with a source are words of the answer, as in streams") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            if (!recording.kind().equals("response")
                    || !recording.expected().path("notes").toString().contains("citationsContent")) {
                return expected;
            }
            StringBuilder text = new StringBuilder();
            for (JsonNode block : tree(body(recording)).at("/output/message/content")) {
                text.append(block.path("text").asString(""));
                block.at("/citationsContent/content")
                        .forEach(cited -> text.append(cited.path("text").asString("")));
            }
            return expected.with("text", text.toString());
        }
    },

    CACHE_IS_INPUT("input includes what was read from the cache and written to it; the vendor tells them apart") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            if (expected.usage().equals(Usage.none()) || !recording.dialect().matches("anthropic.*|bedrock.*")) {
                return expected;
            }
            JsonNode told = recording.expected().path("usage");
            Usage usage = expected.usage();
            return expected.with(
                    "usage",
                    Usage.of(
                                    usage.input()
                                            + usage.cachedInput()
                                            + told.path("cache_write").asInt(0),
                                    usage.output())
                            .withCachedInput(usage.cachedInput())
                            .withCacheWrite(told.path("cache_write").asInt(0))
                            .withReasoning(usage.reasoning()));
        }
    },

    MORE_IS_TOLD("the vendor tells tokens of reasoning or of its cache where the oracle reads none") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            JsonNode told = recording.expected().path("usage");
            Usage usage = expected.usage();
            Usage ours = heard.usage();
            boolean cached = !told.has("cached") && ours.cachedInput() > 0 && ours.cachedInput() <= usage.input();
            boolean reasoning = !told.has("reasoning") && ours.reasoning() > 0 && ours.reasoning() <= usage.output();
            boolean written = recording.dialect().startsWith("openai")
                    && ours.cacheWrite() > 0
                    && ours.cacheWrite() <= usage.input();
            return !(cached || reasoning || written)
                    ? expected
                    : expected.with(
                            "usage",
                            Usage.of(usage.input(), usage.output())
                                    .withCachedInput(cached ? ours.cachedInput() : usage.cachedInput())
                                    .withCacheWrite(written ? ours.cacheWrite() : 0)
                                    .withReasoning(reasoning ? ours.reasoning() : usage.reasoning()));
        }
    },

    REASONING_IS_OUTPUT("output includes reasoning; the vendor's total shows that its number does not") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            Usage usage = expected.usage();
            JsonNode told = recording.expected().path("usage");
            int apart = usage.output() + usage.reasoning();
            boolean gemini = recording.dialect().equals(DialectName.GEMINI);
            boolean chat = recording.dialect().equals(DialectName.OPENAI_CHAT)
                    && told.path("total").asInt(-1) == usage.input() + apart;
            return usage.reasoning() == 0 || !(gemini || chat)
                    ? expected
                    : expected.with(
                            "usage",
                            Usage.of(usage.input(), apart)
                                    .withCachedInput(usage.cachedInput())
                                    .withReasoning(usage.reasoning()));
        }
    },

    HIDDEN_REASONING("output includes reasoning, which Gemini's compatible form reports in the total only") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            Usage usage = expected.usage();
            int output = recording.expected().path("usage").path("total").asInt(0) - usage.input();
            return recording.dialect().equals(DialectName.OPENAI_CHAT)
                            && recording.provider().equals("gemini")
                            && usage.reasoning() == 0
                            && output > usage.output()
                    ? expected.with("usage", Usage.of(usage.input(), output).withReasoning(output - usage.output()))
                    : expected;
        }
    },

    PROMPT_OF_TOOLS("input includes what Google's own tools put into the prompt, as the vendor's total does") {
        @Override
        Said of(Recording recording, Said expected, Said heard) {
            Usage usage = expected.usage();
            int total = recording.expected().path("usage").path("total").asInt(0);
            return !recording.dialect().equals(DialectName.GEMINI) || total <= usage.total()
                    ? expected
                    : expected.with(
                            "usage",
                            Usage.of(total - usage.output(), usage.output())
                                    .withCachedInput(usage.cachedInput())
                                    .withReasoning(usage.reasoning()));
        }
    };

    final String reason;

    Deviation(String reason) {
        this.reason = reason;
    }

    /** What we mean to say instead; the same where the rule does not apply. */
    abstract Said of(Recording recording, Said expected, Said heard);

    private static String body(Recording recording) {
        return new String(recording.body(), StandardCharsets.UTF_8);
    }

    private static JsonNode tree(String json) {
        try {
            return Corpus.MAPPER.readTree(json);
        } catch (JacksonException e) {
            return Corpus.MAPPER.createObjectNode();
        }
    }
}
