package dev.understudy.provider.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http2.Http2Exception;
import javax.net.ssl.SSLException;

/**
 * Replaces Netty's decoding errors by ones without content: the originals repeat the received bytes, reactor-netty
 * logs them, and a server may have echoed a key.
 */
@Sharable
final class DecoderErrorScrubber extends ChannelInboundHandlerAdapter {

    static final DecoderErrorScrubber HANDLER = new DecoderErrorScrubber();

    private DecoderErrorScrubber() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        scrub(message);
        context.fireChannelRead(message);
    }

    static void scrub(Object message) {
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            if (!(cause instanceof TooLongFrameException)) {
                part.setDecoderResult(DecoderResult.failure(
                        new DecoderException(cause.getClass().getSimpleName())));
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
        context.fireExceptionCaught(scrubbed(error));
    }

    static Throwable scrubbed(Throwable error) {
        boolean content = !(error instanceof TooLongFrameException)
                && !(error.getCause() instanceof SSLException) // an alert of TLS, not content
                && (error instanceof DecoderException || error instanceof Http2Exception);
        return content ? new DecoderException(error.getClass().getSimpleName()) : error;
    }
}
