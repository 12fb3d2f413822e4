package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Recorded errors of all vendors tell what they know; of which kind each is stands in {@link ErrorLabels}. */
class CorpusErrorsTest {

    private static List<Recording> read = List.of();

    @Test
    void everyErrorMessageIsShortAndOnOneLine() {
        for (Recording recording : errors()) {
            assertThat(ErrorLabels.failure(recording).message())
                    .as("%s", recording)
                    .isNotBlank()
                    .hasSizeLessThanOrEqualTo(500)
                    .doesNotContain("\n")
                    .doesNotContain("{\"");
            assertThat(ErrorLabels.failure(recording).status()).isEqualTo(recording.status());
        }
    }

    @Test
    void inBandErrorHasTheKindOfTheHttpErrorIfItNamesACode() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.all()) {
            if (recording.kind().equals("error")
                    && new String(recording.body(), StandardCharsets.UTF_8).contains("{")) {
                ErrorBody body = ErrorBodyReader.read(recording.body(), 0, recording.body().length);
                if (body.status() != 0) {
                    softly.assertThat(ErrorClassifier.inBand(recording.body(), 0, recording.body().length)
                                    .kind())
                            .as("%s", recording)
                            .isEqualTo(ErrorLabels.failure(recording).kind());
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
        assertThat(byId("openai/error/008").advice().refusedParameter()).isEqualTo("stop");
        assertThat(byId("openai/error/015").advice().refusedParameter()).isEqualTo("max_tokens");
        assertThat(byId("openai/error/023").advice().refusedParameter()).isEqualTo("web_search_options");
        assertThat(byId("openai/error/067").advice().refusedParameter()).isEqualTo("quality");
        assertThat(byId("anthropic/error/013").advice().refusedParameter()).isEqualTo("effort");
        assertThat(byId("bedrock/error/007").advice().refusedParameter()).isEqualTo("s3Uri");
        assertThat(byId("bedrock/error/010").advice().refusedParameter()).isEqualTo("image_url");
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
                .map(ErrorLabels::failure)
                .findFirst()
                .orElseThrow();
    }
}
