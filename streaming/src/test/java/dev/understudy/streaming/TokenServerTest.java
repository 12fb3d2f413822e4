package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Takeovers between servers that generate tokens and continue deterministically from a prefix of whole tokens only: behind
 * a prefix that ends inside a token they give another answer, as real models do.
 */
class TokenServerTest {

    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");
    private static final Capabilities PREFILL = Capabilities.assumed().withFeature(Feature.PREFILL);
    private static final ChatRequest SAMPLED = ChatRequest.of("m", "q");
    private static final ChatRequest GREEDY = SAMPLED.withTemperature(0);

    private enum Script {
        ENGLISH("The clocks were striking thirteen, and nobody in the street looked up at the tower any more."),
        CHINESE("春天来了,花园里的树都开满了白色的花。孩子们在草地上跑来跑去,老人坐在长椅上晒太阳。"),
        JAPANESE("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
        THAI("วันนี้อากาศดีมากเด็กๆวิ่งเล่นอยู่ในสวนและผู้ใหญ่นั่งพักใต้ต้นไม้ใหญ่"),
        RUSSIAN("Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный, пора, красавица, проснись."),
        JAVA("for (int i = 0; i < names.length; i++) {\n    System.out.println(names[i].strip());\n}\n"),
        MARKDOWN("# Plan\n\n| step | who |\n|---|---|\n| build | Ann |\n\n* **first** `mvn test`\n* second\n"),
        EMOJI("Party 🎉🎉 with family 👨‍👩‍👧 and flags 🇩🇪🇫🇷, then home 🏡 and sleep 😴 until noon.");

        final String text;

        Script(String text) {
            this.text = text;
        }

        /** Tokens of 1 to 5 characters, which respect neither words nor what a reader sees as a character. */
        List<String> tokens() {
            List<String> tokens = new ArrayList<>();
            int at = 0;
            for (int i = 0; at < text.length(); i++) {
                int end = Math.min(text.length(), at + 1 + (i * 7 + at * 3) % 5);
                if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
                    end++;
                }
                tokens.add(text.substring(at, end));
                at = end;
            }
            return tokens;
        }
    }

    /** What a server makes of a request whose last message is the beginning of its answer. */
    private enum Variant {
        CONTINUES,
        /** Repeats the prefix first. */
        ECHOES,
        /** Ignores the prefix: the whole answer from its first character. */
        RESTARTS,
        /** Ignores the prefix and gives another answer. */
        DIFFERS
    }

    private static ScriptedProvider server(String name, List<String> tokens, Variant variant) {
        return ScriptedProvider.named(name).can(PREFILL).rule(asked -> answer(asked, tokens, variant));
    }

    private static ScriptedAnswer answer(ChatRequest asked, List<String> tokens, Variant variant) {
        Message last = asked.messages().get(asked.messages().size() - 1);
        List<String> told = new ArrayList<>();
        if (!(last instanceof Message.Assistant prefix)) {
            told.addAll(tokens);
        } else if (variant == Variant.DIFFERS) {
            told.addAll(List.of("Let", " me", " tell", " you", " something", " else"));
        } else if (variant == Variant.RESTARTS) {
            told.addAll(tokens);
        } else {
            if (variant == Variant.ECHOES) {
                told.add(prefix.text());
            }
            int done = done(prefix.text(), tokens);
            told.addAll(done < 0 ? List.of("xx", "yy") : tokens.subList(done, tokens.size()));
        }
        Integer most = asked.sampling().maxTokens();
        int count = told.size() - (variant == Variant.ECHOES && last instanceof Message.Assistant ? 1 : 0);
        boolean cut = most != null && count > most;
        if (cut) {
            told = told.subList(0, told.size() - count + most);
        }
        List<StreamChunk> chunks = new ArrayList<>();
        told.forEach(token -> chunks.add(new StreamChunk.Text(token)));
        chunks.add(new StreamChunk.Finish(
                cut ? FinishReason.LENGTH : FinishReason.STOP,
                Usage.of(10, told.size()),
                VendorMetadata.none(),
                ServedBy.by("x", "m")));
        return ScriptedAnswer.chunks(chunks.toArray(StreamChunk[]::new));
    }

    /** How many tokens make this prefix; -1 when it ends inside one. */
    private static int done(String prefix, List<String> tokens) {
        int at = 0;
        for (int i = 0; i <= tokens.size(); i++) {
            if (at == prefix.length()) {
                return i;
            }
            if (i == tokens.size() || !prefix.startsWith(tokens.get(i), at)) {
                return -1;
            }
            at += tokens.get(i).length();
        }
        return -1;
    }

    /** The answer when the first server is cut behind so many tokens; {@code null} for an honest partial one. */
    private static @Nullable ChatResponse cut(ChatRequest request, List<String> tokens, int after, Variant variant) {
        ScriptedProvider one = ScriptedProvider.named("one")
                .then(ScriptedAnswer.tokens(tokens.toArray(String[]::new)).failAfter(after, RESET));
        Understudy understudy = Understudy.builder()
                .retry(RetryPolicy.defaults().withRetries(0))
                .provider(one)
                .provider(server("two", tokens, variant))
                .build();
        try {
            return ChatResponseAggregator.collect(ResumingProvider.over(understudy).stream(request))
                    .block();
        } catch (ChatException.PartialAnswer partial) {
            assertThat(String.join("", tokens)).startsWith(partial.partial().text());
            return null;
        }
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void aGreedyAnswerIsExactBehindEveryTokenAndTwin(Script script) {
        List<String> tokens = script.tokens();
        for (Variant variant : Variant.values()) {
            for (int after = 1; after < tokens.size(); after++) {
                ChatResponse answer = cut(GREEDY, tokens, after, variant);
                assertThat(answer).as("%s behind %d tokens", variant, after).isNotNull();
                assertThat(answer.text())
                        .as("%s behind %d tokens", variant, after)
                        .isEqualTo(script.text);
                assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void aSampledAnswerIsContinuedBehindWholeTokens(Script script) {
        List<String> tokens = script.tokens();
        for (Variant variant : List.of(Variant.CONTINUES, Variant.ECHOES, Variant.RESTARTS)) {
            for (int after = 1; after < tokens.size(); after++) {
                ChatResponse answer = cut(SAMPLED, tokens, after, variant);
                if (answer != null) {
                    assertThat(answer.text())
                            .as("%s behind %d tokens", variant, after)
                            .isEqualTo(script.text);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void anAnswerWithMaxTokensIsNeverShorterThanUninterrupted(Script script) {
        List<String> tokens = script.tokens();
        for (int most : List.of(tokens.size() / 2, tokens.size(), 1_000)) {
            String whole = String.join("", tokens.subList(0, Math.min(most, tokens.size())));
            FinishReason reason = most < tokens.size() ? FinishReason.LENGTH : FinishReason.STOP;
            for (ChatRequest request : List.of(GREEDY, SAMPLED)) {
                for (int after = 1; after < Math.min(most, tokens.size()); after++) {
                    for (Variant variant : List.of(Variant.CONTINUES, Variant.ECHOES, Variant.RESTARTS)) {
                        ChatResponse answer = cut(request.withMaxTokens(most), tokens, after, variant);
                        if (answer != null) {
                            assertThat(answer.text())
                                    .as("%s, %d of %d tokens", variant, after, most)
                                    .isEqualTo(whole);
                            assertThat(answer.finishReason()).isEqualTo(reason);
                        }
                        assertThat(answer != null || variant == Variant.RESTARTS || request == SAMPLED)
                                .as("%s is lost after %d of %d tokens", variant, after, most)
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void lengthIsNeverConcludedWithoutAServerThatSaysSo() {
        List<String> tokens = Script.RUSSIAN.tokens();
        ScriptedProvider alone = ScriptedProvider.named("alone")
                .can(PREFILL)
                .then(ScriptedAnswer.tokens(tokens.toArray(String[]::new)).failAfter(tokens.size() - 1, RESET))
                .always(ScriptedAnswer.fail(FailureKind.SERVER));
        List<StreamChunk> heard = new ArrayList<>();
        Throwable[] error = new Throwable[1];
        ResumingProvider.over(alone).stream(SAMPLED.withMaxTokens(5))
                .doOnNext(heard::add)
                .doOnError(why -> error[0] = why)
                .onErrorComplete()
                .blockLast();
        assertThat(heard).noneMatch(StreamChunk.Finish.class::isInstance);
        assertThat(error[0]).isInstanceOf(ChatException.PartialAnswer.class);
    }
}
