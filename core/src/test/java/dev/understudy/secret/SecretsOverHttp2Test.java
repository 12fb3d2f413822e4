package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Http2Server;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;
import dev.understudy.secret.CanaryKey.Echo;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** API keys in frames of HTTP/2 that are invalid are not exposed: neither in errors and events nor in log lines. */
class SecretsOverHttp2Test {

    private static final CanaryKey CANARY = CanaryKey.plain();

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final CapturedOutput aloud = new CapturedOutput();
    private final SecretSearch search = new SecretSearch(scenario, aloud, CANARY);

    @AfterEach
    void nothingIsLogged() {
        aloud.close();
        search.listen();
    }

    /** Place of the key in an answer. */
    @SuppressWarnings("ImmutableEnumChecker") // its functions hold no state
    private enum Place {
        HEADER_NAME(key -> headers().status("200").add(key.toLowerCase(Locale.ROOT) + "@ x", "1")),
        UPPER_CASE_NAME(key -> headers().status("200").add("X-" + key, "1")),
        HEADER_VALUE(key -> headers().status("200").add("x-echo", key + "\n" + key)),
        PSEUDO_HEADER(key -> headers().status("200").add(":" + key.toLowerCase(Locale.ROOT), "1")),
        STATUS(key -> headers().status(key)),
        CONTENT_LENGTH(key -> headers().status("200").add("content-length", key)),
        TWO_LENGTHS(key -> headers().status("200").add("content-length", "7").add("content-length", key)),
        CONNECTION(key -> headers().status("200").add("connection", key)),
        TRANSFER_ENCODING(key -> headers().status("200").add("transfer-encoding", key)),
        TE(key -> headers().status("200").add("te", key)),
        LONG_VALUE(key -> headers().status("200").add("x-echo", (key + " ").repeat(2_000)));

        private final java.util.function.Function<String, Http2Headers> headers;

        Place(java.util.function.Function<String, Http2Headers> headers) {
            this.headers = headers;
        }

        private static Http2Headers headers() {
            return new DefaultHttp2Headers(false);
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void invalidHeadersDoNotExposeTheKey(Place place) {
        expectFailures(stream -> {
            stream.write(new DefaultHttp2HeadersFrame(place.headers.apply(CANARY.key())));
            stream.writeAndFlush(data(CANARY.key()));
        });
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void invalidTrailersDoNotExposeTheKey(Place place) {
        expectFailures(stream -> {
            Http2Headers head = new DefaultHttp2Headers().status("200").set("content-type", "text/event-stream");
            stream.write(new DefaultHttp2HeadersFrame(head));
            stream.write(new DefaultHttp2DataFrame(Unpooled.copiedBuffer("data: {", StandardCharsets.UTF_8), false));
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(place.headers.apply(CANARY.key()), true));
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Echo.class,
            names = {"WHOLE", "BASE64"})
    void endOfTheConnectionDoesNotExposeTheKey(Echo echo) {
        expectFailures(stream -> {
            stream.channel()
                    .parent()
                    .writeAndFlush(new DefaultHttp2GoAwayFrame(
                            Http2Error.PROTOCOL_ERROR,
                            Unpooled.copiedBuffer(echo.of(CANARY.key()), StandardCharsets.UTF_8)));
            Http2Server.reset(stream, Http2Error.INTERNAL_ERROR);
            stream.channel().parent().close();
        });
    }

    private static DefaultHttp2DataFrame data(String text) {
        return new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), true);
    }

    private void expectFailures(Consumer<ChannelHandlerContext> answer) {
        try (Http2Server server = new Http2Server(100, answer)) {
            for (CallKind kind : CallKind.values()) {
                CallResult result = search.play(
                        SocketDialect.OPENAI,
                        kind,
                        "https://127.0.0.1:" + server.port() + "/v1",
                        TimeoutPolicy.defaults());
                assertThat(result.error()).isInstanceOf(ChatException.class);
                assertThat(server.requests).as("requests").hasPositiveValue();
            }
        }
    }
}
