package dev.understudy.springai;

/** Keys of values that Spring AI has no property for, in the metadata of messages, generations and responses. */
final class MetadataKeys {

    /** In messages: the content blocks as JSON text, where the message alone does not hold all of them. */
    static final String BLOCKS = "understudy.blocks";
    /** In messages: the text of the reasoning, as OpenAI's model of Spring AI names it. */
    static final String REASONING = "reasoningContent";
    /** In messages of streams: the next characters of the reasoning. */
    static final String REASONING_PART = "understudy.reasoningPart";
    /** In messages: the model's refusal. */
    static final String REFUSAL = "refusal";
    /** In generations and responses: the route and the attempts, a {@link dev.understudy.chat.ServedBy}. */
    static final String SERVED_BY = "understudy.servedBy";
    /** In responses: name of the provider that answered. */
    static final String PROVIDER = "understudy.provider";
    /** In responses: {@code true} if another provider than the first answered. */
    static final String FALLBACK = "understudy.fallback";
    /** In responses: number of attempts. */
    static final String ATTEMPTS = "understudy.attempts";
    /** In responses: the vendor's id of the request. */
    static final String REQUEST_ID = "understudy.requestId";
    /** In generations: list of {@link dev.understudy.chat.VendorData.Citation}. */
    static final String CITATIONS = "understudy.citations";
    /** In generations: list of {@link dev.understudy.chat.VendorData.TokenLogprob}. */
    static final String LOGPROBS = "understudy.logprobs";

    private MetadataKeys() {}
}
