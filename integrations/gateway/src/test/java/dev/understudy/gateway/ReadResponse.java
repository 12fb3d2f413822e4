package dev.understudy.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Received part of a response, also if its connection broke: the JDK's client drops then what was not read yet, or all.
 *
 * @param broken true if the connection ended before the body did
 */
record ReadResponse(int status, HttpHeaders headers, String body, boolean broken) {

    /**
     * Sends a request and reads the response. Blocks.
     *
     * @param begun runs when the head was received
     * @param enough tells by what was received of the body whether to leave
     */
    static ReadResponse to(HttpClient client, HttpRequest request, Runnable begun, Predicate<Supplier<String>> enough) {
        AtomicReference<HttpResponse.ResponseInfo> head = new AtomicReference<>();
        BodyReader reader = new BodyReader(enough);
        try {
            HttpResponse<Boolean> response = client.send(request, info -> {
                head.set(info);
                begun.run();
                return reader;
            });
            return new ReadResponse(response.statusCode(), response.headers(), reader.text(), response.body());
        } catch (IOException e) {
            HttpResponse.ResponseInfo received = head.get();
            if (received == null) {
                throw new AssertionError("no response", e);
            }
            return new ReadResponse(received.statusCode(), received.headers(), reader.text(), true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Keeps what was received; tells whether the body broke. */
    private static final class BodyReader implements HttpResponse.BodySubscriber<Boolean> {

        private final CompletableFuture<Boolean> broken = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Predicate<Supplier<String>> enough;
        private Flow.Subscription subscription;

        private BodyReader(Predicate<Supplier<String>> enough) {
            this.enough = enough;
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public CompletionStage<Boolean> getBody() {
            return broken;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] piece = new byte[buffer.remaining()];
                buffer.get(piece);
                bytes.writeBytes(piece);
            }
            if (enough.test(this::text)) {
                subscription.cancel();
                broken.complete(true);
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            broken.complete(true);
        }

        @Override
        public void onComplete() {
            broken.complete(false);
        }
    }
}
