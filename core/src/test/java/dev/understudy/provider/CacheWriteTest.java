package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities.Price;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Usage;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tokens that are written to the vendor's cache are told apart from other input, and have a price of their own. */
class CacheWriteTest {

    @Test
    void writtenTokensArePartOfTheInputAndReportedApart() {
        assertThat(usage(
                        new Anthropic(),
                        "{'content':[{'type':'text','text':'Ok.'}],'stop_reason':'end_turn','usage':{'input_tokens':10,"
                                + "'cache_creation_input_tokens':9000,'cache_read_input_tokens':5,'output_tokens':2}}"))
                .isEqualTo(Usage.of(9015, 2).withCachedInput(5).withCacheWrite(9000));
        assertThat(usage(
                        new BedrockConverse(),
                        "{'output':{'message':{'content':[{'text':'Ok.'}]}},'stopReason':'end_turn',"
                                + "'usage':{'inputTokens':10,'outputTokens':2,'cacheWriteInputTokens':90}}"))
                .isEqualTo(Usage.of(100, 2).withCacheWrite(90));
        assertThat(
                        usage(
                                new OpenAiChat(OpenAiCompatibility.defaults()),
                                "{'choices':[{'message':{'content':'Ok.'},'finish_reason':'stop'}],'usage':{'prompt_tokens':100,"
                                        + "'completion_tokens':2,'prompt_tokens_details':{'cached_tokens':7,'cache_write_tokens':90}}}"))
                .isEqualTo(Usage.of(100, 2).withCachedInput(7).withCacheWrite(90));
    }

    @Test
    void writtenTokensCostTheirOwnPrice() {
        Usage usage = Usage.of(1_000_000, 0).withCachedInput(200_000).withCacheWrite(500_000);
        assertThat(new Price(2, 1, 9, 4).cost(usage)).isEqualTo(0.3 * 2 + 0.2 * 1 + 0.5 * 4);
        assertThat(new Price(2, 1, 9).cost(usage)).isEqualTo(0.8 * 2 + 0.2 * 1);
        assertThat(usage.plus(usage).cacheWrite()).isEqualTo(1_000_000);
    }

    private static Usage usage(Dialect dialect, String body) {
        return dialect.decode(
                        "p", ChatRequest.of("m", "q"), body.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .usage();
    }
}
