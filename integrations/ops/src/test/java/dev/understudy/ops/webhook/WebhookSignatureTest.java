package dev.understudy.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {

    /** The example that receivers' libraries are tested with. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    @Test
    void signsAsReceiversExpect() {
        assertThat(WebhookSignature.of(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void signsWithEachSecretWhileTheyAreExchanged() {
        String other = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
        String both = WebhookSignature.of(SECRET, other).sign("id", 1, BODY);
        assertThat(both.split(" "))
                .containsExactly(
                        WebhookSignature.of(SECRET).sign("id", 1, BODY),
                        WebhookSignature.of(other).sign("id", 1, BODY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_",
                "whsec_c2hvcnQ=",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La!!!!"
            })
    void otherFormsAreRefusedAndNotRepeated(String secret) {
        assertThatThrownBy(() -> WebhookSignature.of(secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl rand -base64 32")
                .message()
                .doesNotContain("MfKQ9r8")
                .doesNotContain("c2hvcnQ");
    }

    @Test
    void isNeverPrinted() {
        assertThat(Webhooks.Secret.of(SECRET)).hasToString("***");
    }
}
