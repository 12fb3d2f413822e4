package dev.understudy.provider.openai;

/** Numbers of the content blocks of an answer, whose fields have no order of their own. */
final class OpenAiChatBlock {

    static final int REASONING = 0;
    static final int TEXT = 1;
    static final int REFUSAL = 2;

    /** Number of the first image; they share it, in the order of their arrival. */
    static final int IMAGE = 2;

    /** Number of the sound. */
    static final int AUDIO = 2;

    /** Number of the first call. */
    static final int CALL = 3;

    private OpenAiChatBlock() {}
}
