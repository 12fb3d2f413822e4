package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.bedrock.BedrockInvokeFraming;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.error.ErrorClassifier;
import dev.understudy.provider.framing.AwsEventStreamFraming;
import dev.understudy.provider.framing.BoundedBuffer;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.JsonFraming;
import dev.understudy.provider.framing.SseFraming;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.gemini.GeminiFraming;
import dev.understudy.provider.gemini.GeminiInteractions;
import dev.understudy.provider.http.StreamBodyDecoder;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that reads bytes of strangers, and what must hold whatever they are. What does not is an {@link
 * AssertionError}; what the reader throws besides its typed failure comes out as it is.
 */
abstract class FuzzTarget {

    private static final int EVENT = 1 << 20;

    /** What a framing may hold besides the piece it was given: a line and an event, each with room to grow. */
    private static final long RETAINED = 5L << 20;

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    final String name;
    final List<byte[]> seeds;

    FuzzTarget(String name, List<byte[]> seeds) {
        this.name = name;
        this.seeds = seeds;
    }

    /** Reads the bytes; the random say how, the same for the same random. */
    abstract void read(byte[] bytes, Random random);

    /** Reads a part of a seed, cut off at a place; true if this target has something to say of that. */
    boolean cut(int seed, int at) {
        return false;
    }

    static List<FuzzTarget> all() {
        List<FuzzTarget> all = new ArrayList<>();
        List<byte[]> sse = FuzzSeeds.with("openai", "stream", FuzzSeeds.openAiStreams());
        List<byte[]> objects = FuzzSeeds.with("ollama", "stream", FuzzSeeds.ollamaStreams());
        List<byte[]> either = FuzzSeeds.with("gemini", "stream", FuzzSeeds.geminiStreams());
        List<byte[]> messages = FuzzSeeds.with("bedrock", "stream", FuzzSeeds.converseStreams());
        all.add(new Framed("framing/sse", () -> new SseFraming(EVENT), sse));
        all.add(new Framed("framing/json", () -> new JsonFraming(EVENT), objects));
        all.add(new Framed("framing/gemini", () -> new GeminiFraming(EVENT), either));
        all.add(new Framed("framing/event-stream", () -> new AwsEventStreamFraming(EVENT), messages));
        all.add(new Framed(
                "framing/bedrock-chunks", () -> new BedrockInvokeFraming(EVENT), FuzzSeeds.anthropicEvents(true)));
        add(
                all,
                "openai",
                new OpenAiChat(OpenAiCompatibility.defaults()),
                FuzzSeeds.openAiStreams(),
                FuzzSeeds.openAiAnswers());
        add(all, "anthropic", new Anthropic(), FuzzSeeds.anthropicEvents(false), FuzzSeeds.anthropicAnswers());
        add(all, "openai-responses", new OpenAiResponses(), FuzzSeeds.responsesStreams(), FuzzSeeds.responsesAnswers());
        add(all, "gemini", new Gemini(), FuzzSeeds.geminiStreams(), FuzzSeeds.geminiAnswers());
        add(
                all,
                "gemini-interactions",
                new GeminiInteractions(),
                FuzzSeeds.interactionStreams(),
                FuzzSeeds.interactionAnswers());
        add(all, "ollama", new Ollama(), FuzzSeeds.ollamaStreams(), FuzzSeeds.ollamaStreams());
        add(all, "cohere", new Cohere(), FuzzSeeds.cohereStreams(), FuzzSeeds.cohereAnswers());
        add(all, "bedrock", new BedrockConverse(), FuzzSeeds.converseStreams(), FuzzSeeds.converseAnswers());
        add(
                all,
                "bedrock-anthropic",
                new BedrockAnthropic(),
                FuzzSeeds.anthropicEvents(true),
                FuzzSeeds.anthropicAnswers());
        return all;
    }

    private static void add(
            List<FuzzTarget> all, String corpus, Dialect dialect, List<byte[]> streams, List<byte[]> answers) {
        String name = dialect.name().equals("anthropic") ? corpus : dialect.name();
        all.add(new Streamed(name + "/stream", dialect, FuzzSeeds.with(corpus, "stream", streams)));
        all.add(new FuzzTarget(name + "/answer", FuzzSeeds.with(corpus, "response", answers)) {
            @Override
            void read(byte[] bytes, Random random) {
                try {
                    dialect.decode("p", REQUEST, bytes);
                } catch (CallFailed typed) {
                    // As promised.
                }
            }
        });
        all.add(new FuzzTarget(name + "/error", FuzzSeeds.with(corpus, "error", FuzzSeeds.errors())) {
            @Override
            void read(byte[] bytes, Random random) {
                int status =
                        List.of(400, 401, 403, 404, 413, 429, 500, 503, 529).get(random.nextInt(9));
                dialect.failure(status, field -> null, bytes);
                ErrorClassifier.inBand(bytes, 0, bytes.length);
            }
        });
    }

    private static final class Streamed extends FuzzTarget {

        private final Dialect dialect;
        private final Map<byte[], Integer> beforeFinish = new IdentityHashMap<>();

        Streamed(String name, Dialect dialect, List<byte[]> seeds) {
            super(name, seeds);
            this.dialect = dialect;
        }

        @Override
        void read(byte[] bytes, Random random) {
            int most = bytes.length > 100_000 ? 16 << 10 : 1 << random.nextInt(10);
            DecodedAnswer whole = hear(bytes, Math.max(1, bytes.length), new Random(0));
            DecodedAnswer pieces = hear(bytes, most, random);
            if (whole.kind() != pieces.kind()
                    || whole.isComplete() != pieces.isComplete()
                    || !whole.text.toString().contentEquals(pieces.text)
                    || !whole.reasoning.toString().contentEquals(pieces.reasoning)
                    || !whole.toolCalls.equals(pieces.toolCalls)) {
                throw new AssertionError("in one piece " + shown(whole) + ", in pieces " + shown(pieces));
            }
        }

        private static String shown(DecodedAnswer decodedAnswer) {
            return decodedAnswer.chunks.size() + " chunks, finish " + decodedAnswer.finish + ", "
                    + decodedAnswer.failure;
        }

        @Override
        boolean cut(int seed, int at) {
            byte[] bytes = seeds.get(seed);
            int end = Math.min(at, beforeFinish.computeIfAbsent(bytes, this::beforeFinish));
            DecodedAnswer decodedAnswer = hear(Arrays.copyOf(bytes, end), 64, new Random(at));
            if (decodedAnswer.isComplete() || decodedAnswer.failure == null) {
                throw new AssertionError("complete, though cut at " + end + " of " + bytes.length);
            }
            return true;
        }

        /** How many bytes can be read before the event that holds the finish reason begins. */
        private int beforeFinish(byte[] bytes) {
            Framing framing = dialect.framing(EVENT);
            StreamDecoder decoder = dialect.decoder("p", REQUEST);
            int last = 0;
            try {
                for (int i = 0; i < bytes.length; i++) {
                    framing.push(new byte[] {bytes[i]});
                    while (framing.next()) {
                        decoder.read(framing, chunk -> {});
                        if (decoder.finished()) {
                            return last;
                        }
                        last = i + 1;
                    }
                }
            } catch (CallFailed failed) {
                return last;
            }
            return last;
        }

        private static void drain(StreamBodyDecoder decoder, DecodedAnswer answer) {
            while (decoder.hasNext()) {
                answer.take(decoder.next());
            }
        }

        /** Reads as the transport does. */
        private DecodedAnswer hear(byte[] bytes, int most, Random random) {
            Framing framing = dialect.framing(EVENT);
            StreamBodyDecoder streamBodyDecoder = new StreamBodyDecoder(
                    framing,
                    dialect.decoder("p", REQUEST),
                    chunk -> chunk,
                    new StreamBodyDecoder.Progress() {},
                    StreamBodyDecoder.Body.ofStream());
            DecodedAnswer decodedAnswer = new DecodedAnswer();
            try {
                for (int at = 0; at < bytes.length; ) {
                    int size = Math.min(bytes.length - at, most <= 1 ? 1 : 1 + random.nextInt(most));
                    if (most >= bytes.length) {
                        size = bytes.length;
                    }
                    byte[] piece = Arrays.copyOfRange(bytes, at, at + size);
                    streamBodyDecoder.take(piece, 0, piece.length);
                    drain(streamBodyDecoder, decodedAnswer);
                    at += size;
                    if (size > 4096 && retained(framing) > RETAINED + size) {
                        throw new AssertionError("the framing keeps " + retained(framing) + " bytes");
                    }
                }
                streamBodyDecoder.end(null);
                drain(streamBodyDecoder, decodedAnswer);
            } catch (CallFailed failed) {
                decodedAnswer.failure = failed.failure();
            }
            if (decodedAnswer.finish == null && decodedAnswer.failure == null) {
                throw new AssertionError("neither finished nor failed");
            }
            return decodedAnswer;
        }
    }

    /** A framing alone, which goes on where a decoder would have given up. */
    private static final class Framed extends FuzzTarget {

        private final Supplier<Framing> framing;

        Framed(String name, Supplier<Framing> framing, List<byte[]> seeds) {
            super(name, seeds);
            this.framing = framing;
        }

        @Override
        void read(byte[] bytes, Random random) {
            List<String> whole = events(bytes, Math.max(1, bytes.length), random);
            List<String> pieces = events(bytes, bytes.length > 100_000 ? 16 << 10 : 1 << random.nextInt(10), random);
            if (!whole.equals(pieces)) {
                throw new AssertionError("in one piece " + whole.size() + " events, in pieces " + pieces.size());
            }
        }

        private List<String> events(byte[] bytes, int most, Random random) {
            List<String> events = new ArrayList<>();
            Framing cutting = framing.get();
            try {
                for (int at = 0; at < bytes.length; ) {
                    int size =
                            most >= bytes.length ? bytes.length : Math.min(bytes.length - at, 1 + random.nextInt(most));
                    cutting.push(Arrays.copyOfRange(bytes, at, at + size));
                    pull(cutting, events);
                    at += size;
                    if (size > 4096 && retained(cutting) > RETAINED + size) {
                        throw new AssertionError("the framing keeps " + retained(cutting) + " bytes");
                    }
                }
                cutting.end();
                pull(cutting, events);
            } catch (CallFailed failed) {
                events.add(failed.failure().kind().name());
            }
            return events;
        }

        private static void pull(Framing framing, List<String> events) {
            while (framing.next()) {
                events.add(framing.event() + "|" + framing.isErrorField() + "|" + framing.isUnterminated() + "|"
                        + new String(framing.copy(), StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Bytes in the arrays that an object holds, each counted once. */
    static long retained(Object of) {
        return retained(of, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static long retained(@Nullable Object of, Set<Object> counted) {
        boolean ours = of instanceof byte[] || of instanceof Framing || of instanceof BoundedBuffer;
        if (!ours || !counted.add(of)) {
            return 0;
        }
        if (of instanceof byte[] bytes) {
            return bytes.length;
        }
        long sum = 0;
        for (Field field : of.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                try {
                    sum += retained(field.get(of), counted);
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return sum;
    }
}
