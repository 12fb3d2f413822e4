package dev.understudy.streaming;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A simulated server with a real vocabulary. The answer to every question is one text, as the vocabulary encodes it. A prefix
 * is encoded anew: where its tokens are the first tokens of the answer, the rest follows; behind any other prefix, one that
 * ends inside a token among them, another text follows. Tokens that end inside a character are sent with the next one.
 */
final class VocabularyServer {

    /** Behaviour when the last message of a request is the beginning of the answer. */
    enum Variant {
        CONTINUES,
        /** Repeats the prefix, then continues. */
        ECHOES,
        /** Ignores the prefix: the whole answer, from its first character. */
        RESTARTS,
        /** Ignores the prefix: another answer. */
        DIFFERS
    }

    /** A piece of a stream, and the number of its tokens. */
    record Piece(String text, int tokens) {}

    private static final String OTHER =
            " 另 Nothing of this was ever said before, nor is it true: another run began here.";

    private static final EncodingRegistry VOCABULARIES = Encodings.newLazyEncodingRegistry();

    private final Encoding encoding;
    private final int[] answer;
    private final int[] other;
    private final List<Piece> pieces;

    VocabularyServer(EncodingType vocabulary, String text) {
        this.encoding = VOCABULARIES.getEncoding(vocabulary);
        this.answer = tokens(text);
        this.other = tokens(OTHER);
        this.pieces = pieces(answer);
    }

    private int[] tokens(String text) {
        return encoding.encodeOrdinary(text).toArray();
    }

    int length() {
        return answer.length;
    }

    /** The pieces of the whole answer. */
    List<Piece> pieces() {
        return pieces;
    }

    /** The text of the first tokens of the answer, without a character that is not complete. */
    String beginning(int tokens) {
        StringBuilder text = new StringBuilder();
        pieces(Arrays.copyOf(answer, Math.min(tokens, answer.length))).forEach(piece -> text.append(piece.text()));
        return text.toString();
    }

    private List<Piece> pieces(int[] tokens) {
        List<Piece> pieces = new ArrayList<>();
        byte[] held = {};
        int count = 0;
        for (int token : tokens) {
            IntArrayList one = new IntArrayList(1);
            one.add(token);
            byte[] bytes = encoding.decodeBytes(one);
            byte[] joined = Arrays.copyOf(held, held.length + bytes.length);
            System.arraycopy(bytes, 0, joined, held.length, bytes.length);
            held = joined;
            count++;
            if (isComplete(held)) {
                pieces.add(new Piece(new String(held, StandardCharsets.UTF_8), count));
                held = new byte[0];
                count = 0;
            }
        }
        return pieces;
    }

    /** True if UTF-8 does not end inside a character. */
    private static boolean isComplete(byte[] utf8) {
        int lead = utf8.length - 1;
        while (lead > 0 && (utf8[lead] & 0xC0) == 0x80) {
            lead--;
        }
        int first = utf8[lead] & 0xFF;
        int length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        return utf8.length - lead == length;
    }

    /** True if the prefix is what some first tokens of the answer encode. */
    boolean continues(String prefix) {
        int[] given = tokens(prefix);
        return given.length <= answer.length && Arrays.equals(given, 0, given.length, answer, 0, given.length);
    }

    ScriptedProvider provider(String name, Variant variant) {
        return ScriptedProvider.named(name)
                .can(Capabilities.assumed().withFeature(Feature.PREFILL))
                .rule(asked -> answer(asked, variant));
    }

    private ScriptedAnswer answer(ChatRequest asked, Variant variant) {
        Message last = asked.messages().get(asked.messages().size() - 1);
        String prefix = last instanceof Message.Assistant given ? given.text() : null;
        int[] told = told(prefix, variant);
        Integer most = asked.sampling().maxTokens();
        boolean cut = most != null && told.length > most;
        List<StreamChunk> chunks = new ArrayList<>();
        if (prefix != null && variant == Variant.ECHOES) {
            chunks.add(new StreamChunk.Text(prefix));
        }
        pieces(cut ? Arrays.copyOf(told, most) : told).forEach(piece -> chunks.add(new StreamChunk.Text(piece.text())));
        chunks.add(new StreamChunk.Finish(
                cut ? FinishReason.LENGTH : FinishReason.STOP,
                Usage.of(10, told.length),
                VendorMetadata.none(),
                ServedBy.by("x", "m")));
        return ScriptedAnswer.chunks(chunks.toArray(StreamChunk[]::new));
    }

    private int[] told(@Nullable String prefix, Variant variant) {
        if (prefix == null || variant == Variant.RESTARTS) {
            return answer;
        }
        if (variant == Variant.DIFFERS || !continues(prefix)) {
            return other;
        }
        return Arrays.copyOfRange(answer, tokens(prefix).length, answer.length);
    }
}
