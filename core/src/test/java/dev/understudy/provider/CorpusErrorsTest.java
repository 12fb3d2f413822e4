package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Recorded errors of all vendors, each labelled by a person who read it. */
class CorpusErrorsTest {

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
            CONTEXT_OVERFLOW: bedrock 003 deepseek 002 groq 002 llamacpp 002 openrouter 004 vertex 016
            UNSUPPORTED: anthropic 013 bedrock 007 010 openai 008 015 023 040 067
            INVALID_REQUEST: bedrock 006 008 013 gemini 001 huggingface 001 openai 003 010 012 016 020 025 031
                041 042 047 051 054 055 061 vertex 003 006 007 011 018 020
            """;

    private static List<Recording> read = List.of();

    @Test
    void everyErrorIsTypedAsAPersonWould() {
        Map<String, FailureKind> labels = labels();
        SoftAssertions softly = new SoftAssertions();
        int errors = 0;
        for (Recording recording : errors()) {
            errors++;
            softly.assertThat(failure(recording).kind()).as("%s", recording).isEqualTo(labels.get(recording.id()));
        }
        softly.assertAll();
        assertThat(errors).isGreaterThan(0);
    }

    @Test
    void everyErrorSaysSomethingShortAndOnOneLine() {
        for (Recording recording : errors()) {
            assertThat(failure(recording).message())
                    .as("%s", recording)
                    .isNotBlank()
                    .hasSizeLessThanOrEqualTo(500)
                    .doesNotContain("\n")
                    .doesNotContain("{\"");
            assertThat(failure(recording).status()).isEqualTo(recording.status());
        }
    }

    @Test
    void theSameErrorInsideAStreamIsOfTheSameKindWhereItTellsItsStatusOrACode() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.all()) {
            if (recording.kind().equals("error")
                    && new String(recording.body(), StandardCharsets.UTF_8).contains("{")) {
                ErrorBody body = ErrorBody.read(recording.body(), 0, recording.body().length);
                if (body.status() != 0) {
                    softly.assertThat(ErrorTyping.inBand(recording.body(), 0, recording.body().length)
                                    .kind())
                            .as("%s", recording)
                            .isEqualTo(failure(recording).kind());
                }
            }
        }
        softly.assertAll();
    }

    @Test
    void overflowsTeachTheWindow() {
        assertThat(byId("deepseek/error/002").advice().window()).isEqualTo(1_048_565);
        assertThat(byId("openrouter/error/004").advice().window()).isEqualTo(200_000);
        assertThat(byId("vertex/error/016").advice().window()).isEqualTo(1_048_576);
        assertThat(byId("llamacpp/error/002").advice().window()).isEqualTo(256);
        assertThat(byId("groq/error/002").advice().window()).isEqualTo(6_000);
        assertThat(byId("bedrock/error/003").advice().window()).isNull();
    }

    @Test
    void refusalsNameWhatIsRefused() {
        assertThat(byId("openai/error/008").advice().refused()).isEqualTo("stop");
        assertThat(byId("openai/error/015").advice().refused()).isEqualTo("max_tokens");
        assertThat(byId("openai/error/023").advice().refused()).isEqualTo("web_search_options");
        assertThat(byId("openai/error/067").advice().refused()).isEqualTo("quality");
        assertThat(byId("anthropic/error/013").advice().refused()).isEqualTo("effort");
        assertThat(byId("bedrock/error/007").advice().refused()).isEqualTo("s3Uri");
        assertThat(byId("bedrock/error/010").advice().refused()).isEqualTo("image_url");
    }

    @Test
    void delaysAreReadWhereverTheyStand() {
        assertThat(byId("azure-ai/error/002").retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(byId("azure-openai/error/002").retryAfter()).isEqualTo(Duration.ofSeconds(86_400));
        assertThat(byId("gemini/error/009").retryAfter()).isEqualTo(Duration.ofSeconds(48));
        assertThat(byId("gemini/error/017").retryAfter()).isEqualTo(Duration.ofMillis(34_400));
        assertThat(byId("groq/error/001").retryAfter()).isEqualTo(Duration.ofMillis(578_016));
        assertThat(byId("openai/error/013").retryAfter()).isNull();
    }

    private static List<Recording> errors() {
        if (read.isEmpty()) {
            read = Corpus.all().stream()
                    .filter(each -> each.kind().equals("error"))
                    .toList();
        }
        return read;
    }

    private static Failure byId(String id) {
        return errors().stream()
                .filter(each -> each.id().equals(id))
                .map(CorpusErrorsTest::failure)
                .findFirst()
                .orElseThrow();
    }

    private static Failure failure(Recording recording) {
        return ErrorTyping.http(recording.status(), Fields.of(recording.headers()), recording.body());
    }

    private static Map<String, FailureKind> labels() {
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
