package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Data of a content block that only its origin understands: fields beside the content, or a whole block. Sent back
 * unchanged to the origin with the block, and left out for every other target. Fields that only answers have, such as
 * the citations of Chat Completions, are not sent back.
 *
 * @param origin the dialect, such as {@code anthropic}; followed by {@code @} and the host where only that host accepts
 *     the data
 * @param json a JSON object, as received
 */
public record VendorData(String origin, String json) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param origin dialect and host
     * @param json a JSON object
     */
    public VendorData {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(json, "json");
    }

    /**
     * Returns a copy with another origin.
     *
     * @param origin dialect and host
     * @return a copy
     */
    public VendorData withOrigin(String origin) {
        return new VendorData(origin, json);
    }

    /** Describes origin and size, without the data. */
    @Override
    public String toString() {
        return "VendorData[" + origin + ", " + json.length() + " characters]";
    }

    /**
     * A source that an answer cites. A value that the vendor does not give is {@code null}. A source that supports
     * several passages is one citation for each.
     *
     * @param url address of the source
     * @param title title of the source, or name of the file
     * @param quote the cited text of the source
     * @param start index in {@link ChatResponse#text()} of the first character that the source supports; {@code null}
     *     for the whole answer, and in {@link VendorData#citations()}
     * @param end index of the character behind the passage; {@code null} if {@code start} is
     */
    public record Citation(
            @Nullable String url,
            @Nullable String title,
            @Nullable String quote,
            @Nullable Integer start,
            @Nullable Integer end) {

        static Citation of(CitedSources.Source source) {
            CitedSources.Passage passage = source.passage();
            return new Citation(
                    source.url(),
                    source.title(),
                    source.quote(),
                    passage == null ? null : passage.start(),
                    passage == null ? null : passage.end());
        }
    }

    /**
     * A token of an answer and its probability. A vendor that does not separate its tokens tells several as one.
     *
     * @param token text of the token
     * @param logprob natural logarithm of its probability
     * @param alternatives the most probable tokens at this place, as far as they were asked for
     */
    public record TokenLogprob(String token, double logprob, List<TokenLogprob> alternatives) {
        /**
         * Copies the list.
         *
         * @param token text of the token
         * @param logprob natural logarithm of its probability
         * @param alternatives the most probable tokens at this place
         */
        public TokenLogprob {
            Objects.requireNonNull(token, "token");
            alternatives = List.copyOf(alternatives);
        }
    }

    /**
     * Returns the sources that the vendor's data name, without the passages that they support.
     *
     * @return the citations, in order and each once; empty if there are none
     */
    public List<Citation> citations() {
        return citations("", 0, "").distinct().toList();
    }

    /** Returns the sources with the passages of an answer that they support, see {@link CitedSources#of}. */
    Stream<Citation> citations(String block, int blockAt, String answer) {
        return CitedSources.of(origin, json, block, blockAt, answer).stream().map(Citation::of);
    }

    /**
     * Returns the log probabilities of the tokens that the vendor's data hold.
     *
     * @return the tokens, in order; empty if there are none
     */
    public List<TokenLogprob> logprobs() {
        return logprobs(AnswerData.logprobs(json));
    }

    private static List<TokenLogprob> logprobs(List<AnswerData.Token> tokens) {
        return tokens.stream()
                .map(token -> new TokenLogprob(token.text(), token.logprob(), logprobs(token.alternatives())))
                .toList();
    }
}
