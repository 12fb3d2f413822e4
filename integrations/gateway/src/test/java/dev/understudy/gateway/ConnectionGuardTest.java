package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** Responses of connections, up to their last bytes. */
class ConnectionGuardTest {

    private final ConnectionGuard guard = new ConnectionGuard(GatewayLimits.defaults(), status -> {});
    private final EmbeddedChannel channel = new EmbeddedChannel(false, false);

    @BeforeEach
    void connected() throws Exception {
        channel.pipeline().addLast(NettyPipeline.HttpCodec, new HttpServerCodec());
        guard.install(channel);
        channel.register();
    }

    @AfterEach
    void released() {
        channel.finishAndReleaseAll();
    }

    private void request() {
        channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nhost: a\r\n\r\n", StandardCharsets.US_ASCII));
    }

    private boolean isAnswered() {
        return guard.isAnsweredWithin(Duration.ZERO);
    }

    @Test
    void connectionWithoutRequestIsAnswered() {
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void responseIsAnsweredWithItsLastByte() {
        request();
        assertThat(isAnswered()).isFalse();
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(head, true);
        channel.writeOutbound(
                head, new DefaultHttpContent(Unpooled.copiedBuffer("data: [DONE]\n\n", StandardCharsets.US_ASCII)));
        assertThat(isAnswered()).isFalse();
        channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void connectionThatIsLostIsNotWaitedFor() {
        request();
        channel.close();
        assertThat(isAnswered()).isTrue();
    }
}
