package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.Corpus.Recording;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.bedrock.BedrockInvokeFraming;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The wires of the corpus: who reads them, where their events end, and which of these end an answer. */
enum CorpusWire {
    OPENAI_CHAT("openai-chat", new OpenAiChat(OpenAiCompatibility.defaults()), "\"finish_reason\"\\s*:\\s*\"\\w"),
    OPENAI_RESPONSES(
            "openai-responses", new OpenAiResponses(), "\"type\"\\s*:\\s*\"response\\.(completed|incomplete)\""),
    ANTHROPIC("anthropic-messages", new Anthropic(), Finish.ANTHROPIC),
    GEMINI("gemini", new Gemini(), Finish.GEMINI),

    /** The same recordings as they come without {@code alt=sse}. */
    GEMINI_ELEMENTS("gemini", new Gemini(), Finish.GEMINI) {
        @Override
        byte[] body(Recording recording) {
            return elements(text(recording.body())).getBytes(StandardCharsets.ISO_8859_1);
        }
    },
    OLLAMA("ollama-chat", new Ollama(), "\"done\"\\s*:\\s*true"),
    COHERE("cohere-v2", new Cohere(), "\"finish_reason\""),
    BEDROCK_CONVERSE("bedrock-converse", new BedrockConverse(), "messageStop"),
    BEDROCK_INVOKE_ANTHROPIC("bedrock-invoke-anthropic", new BedrockAnthropic(), Finish.ANTHROPIC),

    /** Nova through InvokeModel speaks Converse in another envelope; no provider of ours asks for it. */
    BEDROCK_INVOKE_NOVA("bedrock-invoke-nova", new BedrockConverse(), "messageStop", BedrockInvokeFraming::new);

    /** How the reason for the end is written where two wires share it. */
    private interface Finish {
        String ANTHROPIC = "message_delta[\\s\\S]*\"stop_reason\"\\s*:\\s*\"\\w";
        String GEMINI = "\"(finishReason|blockReason)\"";
    }

    static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    private static final Pattern BLANK_LINE = Pattern.compile("\\r?\\n\\r?\\n");
    private static final Pattern LINE = Pattern.compile("\\n");
    private static final Pattern COMMA = Pattern.compile("\\n?,\\r\\n");
    private static final Pattern CHUNK = Pattern.compile("\"bytes\":\"([^\"]+)\"");

    final String dialect;
    final Dialect reader;
    private final Supplier<Framing> framing;
    private final Pattern finish;

    CorpusWire(String dialect, Dialect reader, String finish) {
        this(dialect, reader, finish, reader::framing);
    }

    CorpusWire(String dialect, Dialect reader, String finish, Supplier<Framing> framing) {
        this.dialect = dialect;
        this.reader = reader;
        this.finish = Pattern.compile(finish);
        this.framing = framing;
    }

    String label() {
        return this == GEMINI_ELEMENTS ? "gemini, as a JSON array" : dialect;
    }

    List<Recording> streams() {
        return Corpus.of(dialect, "stream");
    }

    byte[] body(Recording recording) {
        return recording.body();
    }

    DecodedAnswer.Live live(Recording recording) {
        return new DecodedAnswer.Live(
                framing.get(), reader.decoder(recording.provider(), REQUEST), new DecodedAnswer());
    }

    ChatResponse decode(Recording recording) {
        return reader.decode(recording.provider(), REQUEST, recording.body());
    }

    boolean isBinary() {
        return dialect.startsWith("bedrock");
    }

    /** The same body with its lines ended otherwise. */
    List<byte[]> respelled(byte[] body) {
        if (isBinary() || this == GEMINI_ELEMENTS) {
            return List.of();
        }
        String lines = text(body).replace("\r\n", "\n");
        List<String> ends = this == OLLAMA ? List.of("\r\n", "\n\n", "") : List.of("\n", "\r\n", "\r");
        return ends.stream()
                .map(end -> lines.replace("\n", end).getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** Where each event of a body ends, its beginning and its end included. */
    List<Integer> ends(byte[] body) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        if (isBinary()) {
            for (int at = 0; at < body.length; ) {
                at += ByteBuffer.wrap(body).getInt(at);
                ends.add(at);
            }
            return ends;
        }
        Matcher matcher = separator(body).matcher(text(body));
        while (matcher.find()) {
            ends.add(matcher.end());
        }
        if (ends.get(ends.size() - 1) < body.length) {
            ends.add(body.length);
        }
        return ends;
    }

    /** Whether the last event of a body ends as the others do, so that another may follow. */
    boolean isTerminated(byte[] body) {
        int last = 0;
        for (Matcher matcher = separator(body).matcher(text(body)); matcher.find(); ) {
            last = matcher.end();
        }
        return isBinary() || last == body.length;
    }

    private Pattern separator(byte[] body) {
        boolean elements = body.length > 0 && body[0] == '[';
        return this == OLLAMA ? LINE : elements ? COMMA : BLANK_LINE;
    }

    /** Whether a piece of a body tells why the answer ends. */
    boolean finishes(byte[] piece) {
        String text = text(piece);
        Matcher chunk = CHUNK.matcher(text);
        while (chunk.find()) {
            text += text(Base64.getDecoder().decode(chunk.group(1)));
        }
        return finish.matcher(text).find();
    }

    private static String elements(String events) {
        if (events.startsWith("[")) {
            return events;
        }
        List<String> elements = events.replace("\r\n", "\n")
                .strip()
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.startsWith("data: ") ? ",\r\n" + line.substring(6) : line + "\n")
                .toList();
        String joined = String.join("", elements).replace("\n{\n  \"error\"", "\n,{\n  \"error\"");
        return "[" + joined.replace("}{\n  \"error\"", "}\n,\r\n{\n  \"error\"").substring(3) + "\n]";
    }

    /** One character a byte, so that places are the same in both. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
