package dev.understudy.provider.gemini;

import dev.understudy.chat.Usage;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One event of an interaction, or a whole interaction. Fields keep the state of the answer where events repeat it. */
final class InteractionsEvent {

    /** Content of a step: text, or bytes of a picture, of sound or of a document. */
    record Content(String type, String text, String mediaType, String base64) {}

    /** Type of content that has sources and nothing else. */
    static final String ANNOTATIONS = "text_annotation_delta";

    /**
     * A step, or what an event adds to it.
     *
     * @param type type of the step or of the addition
     * @param arguments JSON of a call's arguments, or a piece of it
     * @param annotations sources of the text
     * @param fields all fields as they came, of a step that is none of the model or the caller, or what is added to it
     */
    record Step(
            String type,
            String id,
            String name,
            String arguments,
            String signature,
            List<Content> content,
            List<?> annotations,
            Map<String, ? extends @Nullable Object> fields) {
        static final Step NONE = new Step("", "", "", "", "", List.of(), List.of(), Map.of());
    }

    /** Types of steps, and of additions to them, whose fields are read one by one. */
    private static final Set<String> READ = Set.of(
            "function_call",
            "model_output",
            "thought",
            "user_input",
            "function_result",
            "text",
            "image",
            "audio",
            "video",
            "document",
            "content",
            "thought_summary",
            "thought_signature",
            "arguments_delta",
            ANNOTATIONS);

    private static final String STEPS = "steps";

    /** Name of the steps before the revision of May 2026. */
    private static final String OUTPUTS = "outputs";

    String type = "";
    String id = "";
    int index;
    Step step = Step.NONE;
    List<Step> steps = List.of();
    boolean isError;
    boolean isWhole;

    // State of the answer.
    String interaction = "";

    @Nullable
    String model;

    String status = "";
    private final JsonReader reader = new JsonReader();
    private int input;
    private int output;
    private int thoughts;
    private int cached;
    private int tools;

    void read(byte[] payload, int offset, int length) {
        type = "";
        id = "";
        index = -1;
        step = Step.NONE;
        steps = List.of();
        isError = false;
        JsonReader in = reader.open(payload, offset, length);
        if (!in.object()) {
            throw JsonErrors.rejected("an event that is no JSON object");
        }
        boolean object = false;
        while (in.nextField()) {
            switch (in.field()) {
                case "event_type" -> type = in.word("");
                case "event_id" -> id = in.string("");
                case "index" -> index = in.integer(-1);
                case "step", "delta", "content" -> step = step(in);
                case "interaction" -> interaction(in);
                case "metadata" -> metadata(in);
                case "error" -> isError = ErrorField.isSet(in);
                case "object" -> object = in.word("").equals("interaction");
                default -> answer(in);
            }
        }
        readOpaque(payload, offset, length);
        isWhole = type.isEmpty() && (object || !steps.isEmpty());
    }

    private void interaction(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("error")) {
                    isError = ErrorField.isSet(in);
                } else {
                    answer(in);
                }
            }
        }
    }

    private void answer(JsonReader in) {
        switch (in.field()) {
            case "id", "interaction_id" -> interaction = in.repeated(interaction);
            case "model" -> model = in.isString() ? in.repeated(model == null ? "" : model) : model;
            case "status" -> status = in.word("");
            case STEPS, OUTPUTS -> steps(in);
            case "usage" -> usage(in);
            default -> in.skip();
        }
    }

    private void metadata(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("total_usage") || in.field().equals("usage")) {
                    usage(in);
                } else {
                    in.skip();
                }
            }
        }
    }

    private void steps(JsonReader in) {
        steps = new ArrayList<>(steps);
        if (in.array()) {
            while (in.nextElement()) {
                steps.add(step(in));
            }
        }
    }

    /** Reads the event once more as a tree if it has steps of the vendor's own tools, and gives these all of their fields. */
    private void readOpaque(byte[] payload, int offset, int length) {
        if (!isOpaque(step) && steps.stream().noneMatch(InteractionsEvent::isOpaque)) {
            return;
        }
        Map<String, @Nullable Object> event = JsonTree.object(Json.read(payload, offset, length));
        step = withFields(step, event.containsKey("step") ? event.get("step") : event.get("delta"));
        Object list = event.get(STEPS) == null && event.get("interaction") instanceof Map<?, ?> whole
                ? whole.get(STEPS)
                : event.get(STEPS);
        List<?> trees = list instanceof List<?> found ? found : List.of();
        for (int i = 0; i < steps.size() && i < trees.size(); i++) {
            steps.set(i, withFields(steps.get(i), trees.get(i)));
        }
    }

    private static boolean isOpaque(Step step) {
        return !step.type().isEmpty() && !READ.contains(step.type());
    }

    private static Step withFields(Step step, @Nullable Object tree) {
        if (!isOpaque(step) || !(tree instanceof Map<?, ?> found)) {
            return step;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        found.forEach((name, value) -> fields.put(String.valueOf(name), value));
        return new Step(step.type(), step.id(), "", "", "", List.of(), List.of(), fields);
    }

    private Step step(JsonReader in) {
        String kind = "";
        String callId = "";
        String name = "";
        String text = "";
        String arguments = "";
        String signature = "";
        String mediaType = "";
        String data = "";
        List<Content> content = new ArrayList<>(0);
        List<Object> annotations = new ArrayList<>(0);
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "type" -> kind = in.word("");
                    case "id" -> callId = in.string("");
                    case "name" -> name = in.string("");
                    case "text" -> text = in.string("");
                    case "arguments", "partial_arguments" ->
                        arguments = in.isObject() ? JsonTree.text(in) : in.string("");
                    case "signature" -> signature = in.string("");
                    case "mime_type" -> mediaType = in.string("");
                    case "data" -> data = in.string("");
                    case "content", "summary" -> contents(in, content, annotations);
                    case "annotations" ->
                        JsonTree.list(in).stream().filter(Objects::nonNull).forEach(annotations::add);
                    case "error" -> isError |= ErrorField.isSet(in);
                    default -> in.skip();
                }
            }
        }
        if (!text.isEmpty() || !data.isEmpty()) {
            content.add(new Content(kind, text, mediaType, data));
        }
        return new Step(kind, callId, name, arguments, signature, content, annotations, Map.of());
    }

    private void contents(JsonReader in, List<Content> content, List<Object> annotations) {
        if (in.array()) {
            while (in.nextElement()) {
                content(step(in), content, annotations);
            }
        } else {
            content(step(in), content, annotations);
        }
    }

    private static void content(Step part, List<Content> content, List<Object> annotations) {
        content.addAll(part.content());
        annotations.addAll(part.annotations());
    }

    private void usage(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "total_input_tokens" -> input = tokens(in, input);
                    case "total_output_tokens" -> output = tokens(in, output);
                    case "total_thought_tokens" -> thoughts = tokens(in, thoughts);
                    case "total_cached_tokens" -> cached = tokens(in, cached);
                    case "total_tool_use_tokens" -> tools = tokens(in, tools);
                    default -> in.skip();
                }
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    Usage usage() {
        int prompt = sum(input, tools);
        int answer = sum(output, thoughts);
        return prompt == 0 && answer == 0
                ? Usage.none()
                : Usage.of(prompt, answer).withCachedInput(cached).withReasoning(thoughts);
    }

    private static int sum(int one, int other) {
        return (int) Math.min(Integer.MAX_VALUE, (long) one + other);
    }
}
