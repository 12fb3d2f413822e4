package dev.understudy.provider.error;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Corpus.Recording;
import dev.understudy.provider.Fields;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Of which kind each recorded error is, as a person labelled it who read it. */
public final class ErrorLabels {

    /** Kind, then for each vendor the numbers of its recordings. */
    private static final String LABELS = """
            AUTH: azure-ai 001 bedrock 001 002 009 cohere 001 gemini 016 ollama 004 openai 004 034 036 038 048
                openrouter 003 vertex 001 005 xai 001
            FORBIDDEN: bedrock 011 gemini 003 vertex 009 010 014 015
            QUOTA: openai 013 045 openrouter 001 002 zai 007
            RATE_LIMITED: anthropic 007 azure-ai 002 azure-openai 002 gemini 009 017 groq 001 mistral 004
                openrouter 005 006 zai 002 004 005 006
            OVERLOADED: anthropic 009 gemini 012 013 ollama 002
            MODEL_NOT_FOUND: anthropic 012 azure-openai 004 cohere 003 005 gemini 004 006 007 015 018 groq 004
                ollama 001 openai 009 018 028 060 062 064 vertex 004
            REQUEST_TOO_LARGE: groq 002
            CONTEXT_OVERFLOW: bedrock 003 deepseek 002 llamacpp 002 openrouter 004 vertex 016
            UNSUPPORTED: anthropic 013 bedrock 007 010 openai 008 015 023 040 067
            INVALID_REQUEST: bedrock 006 008 013 gemini 001 huggingface 001 openai 003 010 012 016 020 025 031
                041 042 047 051 054 055 061 vertex 003 006 007 011 018 020
            """;

    private static final Map<String, FailureKind> READ = read();

    private ErrorLabels() {}

    /** The label, null for an error that nobody has read yet. */
    public static @Nullable FailureKind of(Recording recording) {
        return READ.get(recording.id());
    }

    public static Failure failure(Recording recording) {
        return ErrorClassifier.http(recording.status(), Fields.of(recording.headers()), recording.body());
    }

    private static Map<String, FailureKind> read() {
        Map<String, FailureKind> labels = new TreeMap<>();
        FailureKind kind = FailureKind.SKIPPED;
        String vendor = "";
        for (String word : LABELS.strip().split("\\s+")) {
            if (word.endsWith(":")) {
                kind = FailureKind.valueOf(word.substring(0, word.length() - 1));
            } else if (word.matches("\\d+")) {
                labels.put(vendor + "/error/" + word, kind);
            } else {
                vendor = word;
            }
        }
        return labels;
    }
}
