package dev.understudy.gateway;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

/** Counts the requests of one connection whose responses have not been written to their end. Clients may pipeline. */
final class RequestsInFlight extends ChannelDuplexHandler {

    private final Runnable begun;
    private final Runnable answered;
    private int count; // used on the event loop only

    /**
     * @param begun runs when the head of a request was decoded
     * @param answered runs when no request is left; both on the event loop
     */
    RequestsInFlight(Runnable begun, Runnable answered) {
        this.begun = begun;
        this.answered = answered;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
            count++;
            begun.run();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof LastHttpContent && !isInterim(message)) {
            context.write(message, promise.unvoid().addListener(written -> ended()));
        } else {
            context.write(message, promise);
        }
    }

    private void ended() {
        if (count > 0 && --count == 0) {
            answered.run();
        }
    }

    /** Returns true for 100 Continue, after which the response itself comes. */
    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
}
