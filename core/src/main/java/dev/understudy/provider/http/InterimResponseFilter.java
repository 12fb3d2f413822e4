package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Drops interim responses (100, 102, 103), most of which reactor-netty takes for the final one, up to a limit. Records HTTP/2
 * requests that the server has not processed.
 */
final class InterimResponseFilter extends ChannelInboundHandlerAdapter {

    static final int MAX = 16;

    private final boolean scrubs;
    private int passed;
    private boolean passing;

    /** @param scrubs true to replace decoding errors as well, which saves a {@link DecoderErrorScrubber} in the pipeline */
    InterimResponseFilter(boolean scrubs) {
        this.scrubs = scrubs;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (scrubs) {
            DecoderErrorScrubber.scrub(message);
        }
        if (message instanceof HttpResponse response) {
            passing = isInterim(response.status());
            passed = passing ? passed + 1 : 0;
            if (passed > MAX) {
                passing = false;
                response.setDecoderResult(DecoderResult.failure(new CallFailed(Failure.of(
                        FailureKind.PROTOCOL, "more than " + MAX + " interim responses before the final one"))));
            }
        }
        if (!passing) {
            context.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
        boolean stream = context.channel().parent() != null; // of HTTP/2, where an interim response has no content
        if (stream || message instanceof LastHttpContent) {
            passing = false;
            context.read(); // nobody behind this handler has seen that there was anything
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            RequestProgress.reset(context.channel(), reset);
        } else if (event instanceof Http2GoAwayFrame goAway && goAway.errorCode() == Http2Error.NO_ERROR.code()) {
            // Netty hands it to streams that the server has not processed. After an error another provider is asked.
            RequestProgress.refused(context.channel());
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
        context.fireExceptionCaught(scrubs ? DecoderErrorScrubber.scrubbed(error) : error);
    }

    /** Returns true for 1xx except a switch of protocols, which ends HTTP and is therefore final. */
    private static boolean isInterim(HttpResponseStatus status) {
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                && !status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
    }
}
