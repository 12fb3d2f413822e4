package dev.understudy.provider.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private static final String KEY = "canary/Key+0123456789==";
    private static final Redactor KNOWING = Redactor.of(List.of(KEY, "short-one"));
    private static final Redactor FORMS = Redactor.ofKeyForms();

    @Test
    void knownKeysAreTakenOutHoweverTheyAreWritten() {
        String base64 = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.UTF_8));
        String url = URLEncoder.encode(KEY, StandardCharsets.UTF_8);
        for (String written : List.of(KEY, base64, base64.replace("=", ""), url, "short-one")) {
            String safe = KNOWING.redact("refused «" + written + "» twice " + written + ".");
            assertThat(safe).startsWith("refused «***").contains("» twice ***").doesNotContain(written.substring(0, 6));
        }
    }

    @Test
    void aKeyThatACutLeftHalfOfIsTakenOut() {
        for (int length = 6; length < KEY.length(); length++) {
            assertThat(KNOWING.redact("sent " + KEY.substring(0, length))).isEqualTo("sent ***");
            assertThat(KNOWING.redact("sent " + KEY.substring(0, length) + "…")).isEqualTo("sent ***");
        }
    }

    @Test
    void tenCharactersOfAKnownKeyAreRedactedWithTheirWord() {
        for (int from = 0; from + 10 <= KEY.length(); from++) {
            String part = KEY.substring(from, from + 10);
            assertThat(KNOWING.redact("it ends in ..." + part + ", and so on"))
                    .isEqualTo("it ends in ...***, and so on");
            assertThat(KNOWING.redact("«" + part.toUpperCase(java.util.Locale.ROOT) + "»"))
                    .isEqualTo("«***»");
        }
    }

    @Test
    void aKeyInBase64IsFoundBehindAnyName() {
        for (String name : List.of("a:", "ab:", "abc:")) {
            byte[] credentials = (name + KEY).getBytes(StandardCharsets.UTF_8);
            String safe = KNOWING.redact("sent " + Base64.getEncoder().encodeToString(credentials) + " there");
            assertThat(safe).isEqualTo("sent *** there");
        }
    }

    @Test
    void wordsWithLettersThatGrowInLowerCaseAreReadToo() {
        assertThat(KNOWING.redact("İİ " + KEY.substring(2, 14))).doesNotContain(KEY.substring(2, 12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Incorrect API key provided: sk-abc***xyz. See|Incorrect API key provided: ***. See",
                "Incorrect API key provided: sk-proj-****abcd|Incorrect API key provided: ***",
                "Incorrect API key provided: test. See docs|Incorrect API key provided: ***. See docs",
                "Invalid API key: plain-word-key|Invalid API key: ***",
                "key sk-ant-REDACTED, sent|key ***, sent",
                "got sk-proj-AbC_123-xyz!|got ***!",
                "got sk-abc/def+ghi=. Then|got ***. Then",
                "echo bad-key-**********test here|echo *** here",
                "echo ••••••••abcd here|echo *** here",
                "Authorization: Bearer abc.def-123|Authorization: Bearer ***",
                "Basic dXNlcjpwYXNzd29yZA==|Basic ***",
                "used AIzaSyA-1234567890abcdefghij_klmnopqrs|used ***",
                "used gsk_abcdefghij1234567890|used ***",
                "used xai-abcdefghij1234567890|used ***",
                "used hf_abcdefghij1234567890.|used ***.",
                "used AKIAIOSFODNN7EXAMPLE|used ***",
                "x-api-key: secretvalue, other|x-api-key: ***, other",
                "{\"x-api-key\":\"secretvalue\"}|{\"x-api-key\":\"***\"}",
                "GET https://h/v1/m?key=abcdef123&alt=sse|GET https://h/v1/m?key=***&alt=sse",
                "jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl end|jwt *** end",
                "access token: abcdefghijklmnop|access token: ***"
            })
    void formsOfKeysAreTakenOut(String said, String safe) {
        assertThat(FORMS.redact(said)).isEqualTo(safe);
        assertThat(KNOWING.redact(said)).isEqualTo(safe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Overloaded",
                "The model `gpt-4o-mini-2024-07-18` does not exist or you do not have access to it.",
                "model: claude-haiku-4-5-20251001",
                "Unsupported parameter: 'max_tokens' is not supported with this model.",
                "Rate limit reached on tokens per min (TPM): Limit 30000, Used 2, Requested 3. Visit https://h/limits?a=1",
                "Incorrect API key provided. You can obtain an API key from https://console.x.ai.",
                "Please use API Key or other form of identity",
                "prompt is too long: 201234 tokens > 200000 maximum",
                "task-oriented risk-averse desk-top basic training",
                "request req_011CZAYvng3KgbWKsC9jPrSf failed",
                "a ** b ** c",
                "Invalid token in prompt: 123456"
            })
    void plainTextStaysAsItIs(String text) {
        assertThat(FORMS.redact(text)).isEqualTo(text);
        assertThat(KNOWING.redact(text)).isEqualTo(text);
    }

    @Test
    void longTextsAreReadInNoTime() {
        for (String hostile : List.of("sk-", "a-", "*", "Bearer ", "key=", "eyJaaaaaaaa.", "x_")) {
            String text = hostile.repeat(20_000 / hostile.length());
            assertThat(FORMS.redact(text).length()).isLessThanOrEqualTo(text.length() + 20_000);
        }
    }

    @Test
    void theWorkOfARedactorGrowsAtMostWithItsText() {
        // A text of this length took seconds once; here it only has to come to an end.
        String text = "-eyJ".repeat(16 << 10);
        assertThat(Redactor.ofKeyForms().redact(text)).isEqualTo(text);
        assertThat(Redactor.ofKeyForms().redact("a eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0 b"))
                .isEqualTo("a *** b");
        assertThat(Redactor.ofKeyForms().redact("x-eyJhbGciOiJI.eyJzdWIiOiIx.c2ln b"))
                .isEqualTo("x-*** b");
    }
}
