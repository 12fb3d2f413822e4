package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;

/** Wire formats of the simulated vendors. Texts consist of letters, digits, spaces and hyphens, so nothing is escaped. */
enum Wire {
    OPENAI("text/event-stream", true) {
        @Override
        List<String> stream(List<String> pieces, Ending ending) {
            List<String> events = new ArrayList<>();
            events.add(data(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")));
            pieces.forEach(piece -> events.add(data(chunk("{\"content\":\"" + piece + "\"}", "null"))));
            if (ending != Ending.CUT) {
                events.add(data(chunk("{}", ending == Ending.LENGTH ? "\"length\"" : "\"stop\"")));
                events.add("data: [DONE]\n\n");
            }
            return events;
        }

        private String chunk(String delta, String finish) {
            return "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
                    + delta + ",\"finish_reason\":" + finish + "}]}";
        }

        @Override
        String whole(String text, Ending ending) {
            return "{\"id\":\"c-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                    + "{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\""
                    + (ending == Ending.LENGTH ? "length" : "stop")
                    + "\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}}";
        }

        @Override
        String error(String type) {
            return data("{\"error\":{\"message\":\"The server had an error\",\"type\":\"" + type + "\"}}");
        }
    },
    ANTHROPIC("text/event-stream", true) {
        @Override
        List<String> stream(List<String> pieces, Ending ending) {
            List<String> events = new ArrayList<>();
            events.add(event(
                    "message_start",
                    "\"message\":{\"id\":\"m-1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                            + "\"stop_reason\":null,\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}"));
            events.add(event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
            pieces.forEach(piece -> events.add(event(
                    "content_block_delta",
                    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + piece + "\"}")));
            if (ending != Ending.CUT) {
                events.add(event("content_block_stop", "\"index\":0"));
                events.add(event(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\"" + (ending == Ending.LENGTH ? "max_tokens" : "end_turn")
                                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":7}"));
                events.add("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
            }
            return events;
        }

        private String event(String type, String rest) {
            return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
        }

        @Override
        String whole(String text, Ending ending) {
            return "{\"id\":\"m-1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\","
                    + "\"text\":\"" + text + "\"}],\"stop_reason\":\""
                    + (ending == Ending.LENGTH ? "max_tokens" : "end_turn")
                    + "\",\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}";
        }

        @Override
        String error(String type) {
            return event("error", "\"error\":{\"type\":\"" + type + "\",\"message\":\"Overloaded\"}");
        }
    },
    GEMINI("text/event-stream", false) {
        @Override
        List<String> stream(List<String> pieces, Ending ending) {
            List<String> events = new ArrayList<>();
            pieces.forEach(piece -> events.add(data(candidate(piece, ""))));
            if (ending != Ending.CUT) {
                events.add(data(candidate(
                        "", ",\"finishReason\":\"" + (ending == Ending.LENGTH ? "MAX_TOKENS" : "STOP") + "\"")));
            }
            return events;
        }

        private String candidate(String text, String finish) {
            return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":\"model\"}" + finish
                    + ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":7}}";
        }

        @Override
        String whole(String text, Ending ending) {
            return candidate(text, ",\"finishReason\":\"" + (ending == Ending.LENGTH ? "MAX_TOKENS" : "STOP") + "\"");
        }

        @Override
        String error(String type) {
            return data(
                    "{\"error\":{\"code\":503,\"message\":\"The model is overloaded\",\"status\":\"UNAVAILABLE\"}}");
        }
    },
    OLLAMA("application/x-ndjson", true) {
        @Override
        List<String> stream(List<String> pieces, Ending ending) {
            List<String> events = new ArrayList<>();
            pieces.forEach(piece -> events.add(message(piece) + ",\"done\":false}\n"));
            if (ending != Ending.CUT) {
                events.add(message("") + end(ending) + "}\n");
            }
            return events;
        }

        private String message(String text) {
            return "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"}";
        }

        private String end(Ending ending) {
            return ",\"done\":true,\"done_reason\":\"" + (ending == Ending.LENGTH ? "length" : "stop")
                    + "\",\"prompt_eval_count\":5,\"eval_count\":7";
        }

        @Override
        String whole(String text, Ending ending) {
            return message(text) + end(ending) + "}";
        }

        @Override
        String error(String type) {
            return "{\"error\":\"the model runner has stopped\"}\n";
        }
    };

    /** End of an answer. */
    enum Ending {
        STOP,
        LENGTH,
        /** Without a finish reason. */
        CUT
    }

    final String streamType;

    /** True if an event, not only the end of the body, ends an answer. */
    final boolean hasLastEvent;

    Wire(String streamType, boolean hasLastEvent) {
        this.streamType = streamType;
        this.hasLastEvent = hasLastEvent;
    }

    /** Events of a streamed answer; after the last the body ends. */
    abstract List<String> stream(List<String> pieces, Ending ending);

    abstract String whole(String text, Ending ending);

    /** Event of an error within a streamed answer. */
    abstract String error(String type);

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }
}
