package dev.understudy.provider.http;

import dev.understudy.provider.text.Redactor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2ResetFrame;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Logs what is sent and received on one connection over HTTP/1.1, or in one stream over HTTP/2, without keys, prompts
 * and answers: sizes of content, names of header fields, and values of those that cannot hold a secret.
 */
final class WireLog extends ChannelDuplexHandler {

    private static final Set<String> SHOWN = Set.of(
            "accept",
            "accept-encoding",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "date",
            "keep-alive",
            "retry-after",
            "retry-after-ms",
            "server",
            "transfer-encoding",
            "user-agent",
            "x-should-retry");

    private static final int LONGEST_VALUE = 100;

    private final String provider;
    private final Supplier<Redactor> redactor;
    private final Consumer<String> lines;

    /**
     * @param redactor removes the keys of the provider, which a server may repeat anywhere
     * @param lines receives each line on the event loop of the connection
     */
    WireLog(String provider, Supplier<Redactor> redactor, Consumer<String> lines) {
        this.provider = provider;
        this.redactor = redactor;
        this.lines = lines;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        log(context, "open");
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        log(context, "closed");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
        log(context, "failed: " + error.getClass().getSimpleName()); // its message may repeat received bytes
        context.fireExceptionCaught(error);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            log(context, "< reset, error code " + reset.errorCode());
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        describe(context, "> ", message);
        context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        describe(context, "< ", message);
        context.fireChannelRead(message);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        log(context, "> close");
        context.close(promise);
    }

    private void describe(ChannelHandlerContext context, String direction, Object message) {
        if (message instanceof HttpRequest request) {
            log(context, direction + request.method() + " " + path(request.uri()) + fields(request.headers()));
        } else if (message instanceof HttpResponse response) {
            log(context, direction + response.status().code() + fields(response.headers()));
        }
        int size = message instanceof ByteBufHolder holder
                ? holder.content().readableBytes()
                : message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        if (size > 0) {
            log(context, direction + size + " bytes");
        }
        if (message instanceof LastHttpContent) {
            log(context, direction + "end");
        }
    }

    /** Leaves out the query and the host, which may hold a key. */
    private static String path(String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        int authority = path.indexOf("://");
        int start = authority < 0 ? 0 : Math.max(0, path.indexOf('/', authority + 3));
        return path.substring(start);
    }

    private static String fields(HttpHeaders headers) {
        StringJoiner fields = new StringJoiner(", ", " [", "]");
        for (Map.Entry<String, String> field : headers) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            boolean shown =
                    (SHOWN.contains(name) || isLimit(name)) && field.getValue().length() <= LONGEST_VALUE;
            fields.add(shown ? name + ": " + field.getValue() : name);
        }
        return fields.toString();
    }

    private static boolean isLimit(String name) {
        return name.startsWith("x-ratelimit-") || name.startsWith("anthropic-ratelimit-");
    }

    private void log(ChannelHandlerContext context, String line) {
        try {
            lines.accept(provider + " " + context.channel().id().asShortText() + " "
                    + redactor.get().redact(line));
        } catch (RuntimeException thrown) {
            // The receiver must not break the exchange.
        }
    }
}
