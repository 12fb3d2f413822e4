package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.completions.CompletionsProtocol;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.messages.MessagesProtocol;
import dev.understudy.gateway.responses.ResponsesProtocol;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A client of each API that reads a stream and sends the turn back, as the official clients do. */
enum NextTurn {
    COMPLETIONS(new CompletionsProtocol(), "messages") {
        @Override
        ArrayNode turn(String events) {
            ObjectNode turn = JsonFields.JSON.createObjectNode().put("role", "assistant");
            StringBuilder content = new StringBuilder();
            ArrayNode details = turn.putArray("reasoning_details");
            ArrayNode calls = JsonFields.JSON.createArrayNode();
            for (EventReader.Event event : EventReader.read(events)) {
                if (!event.data().equals("[DONE]")) {
                    JsonNode delta = event.json().at("/choices/0/delta");
                    content.append(delta.path("content").asString(""));
                    delta.path("reasoning_details").forEach(details::add);
                    delta.path("tool_calls").forEach(calls::add);
                }
            }
            turn.put("content", content.toString());
            if (!calls.isEmpty()) {
                turn.set("tool_calls", calls);
            }
            return JsonFields.JSON.createArrayNode().add(turn);
        }
    },
    MESSAGES(new MessagesProtocol(), "messages") {
        @Override
        ArrayNode turn(String events) {
            ArrayNode content = JsonFields.JSON.createArrayNode();
            for (EventReader.Event event : EventReader.read(events)) {
                JsonNode data = event.json();
                if (event.name().equals("content_block_start")) {
                    content.add(data.get("content_block"));
                } else if (event.name().equals("content_block_delta")) {
                    ObjectNode block = (ObjectNode) content.get(content.size() - 1);
                    data.get("delta").properties().forEach(field -> grow(block, field.getKey(), field.getValue()));
                }
            }
            ArrayNode turns = JsonFields.JSON.createArrayNode();
            turns.addObject().put("role", "assistant").set("content", content);
            return turns;
        }

        private static void grow(ObjectNode block, String name, JsonNode piece) {
            if (name.equals("partial_json")) {
                block.set("input", JsonFields.JSON.readTree(piece.stringValue()));
            } else if (!name.equals("type")) {
                block.put(name, block.path(name).asString("") + piece.asString());
            }
        }
    },
    RESPONSES(new ResponsesProtocol(), "input") {
        @Override
        ArrayNode turn(String events) {
            List<EventReader.Event> all = EventReader.read(events);
            return (ArrayNode) all.get(all.size() - 1).json().at("/response/output");
        }
    };

    private final ClientProtocol protocol;
    private final String field;

    NextTurn(ClientProtocol protocol, String field) {
        this.protocol = protocol;
        this.field = field;
    }

    /** Returns the turn of the assistant that the events of a stream add up to. */
    abstract ArrayNode turn(String events);

    private ClientCall read(ArrayNode turns) {
        ObjectNode body = JsonFields.JSON.createObjectNode().put("model", "m").put("max_tokens", 9);
        body.set(field, turns);
        return protocol.read(JsonFields.of(body.toString().getBytes(StandardCharsets.UTF_8)), new DefaultHttpHeaders());
    }

    private ClientCall question() {
        ArrayNode question = JsonFields.JSON.createArrayNode();
        question.addObject().put("role", "user").put("content", "Hi");
        return read(question);
    }

    /** Returns a whole answer. */
    String whole(ChatResponse response) {
        return question().answer(response, SampleAnswers.HEAD);
    }

    /** Returns a new encoder of a stream. */
    ClientCall.Events encoder() {
        return question().events(SampleAnswers.HEAD);
    }

    /** Returns the events of a stream. */
    String events(List<StreamChunk> chunks) {
        ClientCall.Events encoder = encoder();
        StringBuilder events = new StringBuilder();
        chunks.forEach(chunk -> events.append(encoder.of(chunk)));
        return events.toString();
    }

    /** Returns the blocks of the turn that come back to the gateway. */
    List<ContentBlock> back(String events) {
        return ((Message.Assistant) read(turn(events)).request().messages().get(0)).blocks();
    }
}
