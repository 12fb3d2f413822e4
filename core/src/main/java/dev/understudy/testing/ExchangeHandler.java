package dev.understudy.testing;

import dev.understudy.testing.RecordedRequest.Ending;
import dev.understudy.testing.ResponsePlan.Close;
import dev.understudy.testing.WireEvent.Sort;
import dev.understudy.testing.WireFormat.Question;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Handles one exchange: records the request, takes the reply of the script, and sends its plan. */
final class ExchangeHandler {

    private static final byte[] NO_BODY = {};

    private final Script<RecordedRequest, ScriptedReply> script;
    private final ConnectionTracker connections;
    private final StoredAnswers stored = new StoredAnswers();
    private final StrictMode strictMode;

    ExchangeHandler(
            Script<RecordedRequest, ScriptedReply> script, ConnectionTracker connections, StrictMode strictMode) {
        this.strictMode = strictMode;
        this.script = script;
        this.connections = connections;
    }

    Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        Channel channel = channel(request);
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(NO_BODY)
                .flatMap(body -> {
                    RecordedRequest asked = new RecordedRequest(
                            connections.number(),
                            ConnectionTracker.number(channel),
                            connections.now(),
                            request.method().name(),
                            request.uri(),
                            request.requestHeaders().entries(),
                            body);
                    return watched(asked, channel, answer(asked, response, channel));
                });
    }

    private static Channel channel(HttpServerRequest request) {
        AtomicReference<@Nullable Channel> channel = new AtomicReference<>();
        request.withConnection(connection -> channel.set(connection.channel()));
        Channel found = channel.get();
        if (found == null) {
            throw new IllegalStateException("A request without a connection");
        }
        return found;
    }

    /** Ends the record with the channel unless it was ended before. */
    private Mono<Void> watched(RecordedRequest asked, Channel channel, Mono<Void> answer) {
        ChannelFutureListener listener = closed -> asked.end(Ending.CLIENT_CANCELLED);
        channel.closeFuture().addListener(listener);
        connections.arrived(asked);
        return answer.doFinally(signal -> channel.closeFuture().removeListener(listener));
    }

    private Mono<Void> answer(RecordedRequest asked, HttpServerResponse response, Channel channel) {
        return Mono.defer(() -> {
            StoredAnswers.Kept storedReply = stored.find(asked);
            WireFormat spoken = storedReply != null ? WireFormats.RESPONSES : WireFormats.of(asked.path());
            WireFormat wireFormat = spoken != null ? spoken : WireFormats.OPEN_AI;
            ScriptedReply refused =
                    asked.method().equals("POST") && spoken != null ? strictMode.refusal(asked, spoken) : null;
            ScriptedReply scriptedReply = refused != null ? refused : reply(asked, storedReply);
            strictMode.sent(scriptedReply);
            Question question = storedReply != null ? StoredAnswers.question(storedReply, asked) : asked.question();
            if (wireFormat == WireFormats.RESPONSES) {
                stored.store(scriptedReply, asked.question());
            }
            ResponsePlan responsePlan = scriptedReply.responsePlans.of(scriptedReply.spec, wireFormat, question);
            Mono<Void> sent = scriptedReply.spec.fault() != null
                            && scriptedReply.spec.fault().faultPoint().unit() == ScriptedReply.FaultPoint.Unit.NOTHING
                            && responsePlan.close() != Close.KEEP
                    ? Mono.empty()
                    : send(scriptedReply, wireFormat, responsePlan, asked, response, channel);
            return pause(scriptedReply.spec.delays().headers(), channel)
                    .then(sent)
                    .then(Mono.defer(() -> close(responsePlan.close(), asked, channel)));
        });
    }

    private ScriptedReply reply(RecordedRequest asked, StoredAnswers.@Nullable Kept storedReply) {
        ScriptedReply fromRule = script.fromRules(asked);
        if (fromRule != null) {
            return fromRule;
        }
        if (storedReply != null) {
            return storedReply.scriptedReply();
        }
        boolean post = asked.method().equals("POST");
        if (post && WireFormats.of(asked.path()) != null) {
            return script.next();
        }
        if (post && script.peek().spec.body() instanceof ReplyBody.Raw) {
            return script.next();
        }
        String models = asked.method().equals("GET") ? WireFormats.models(asked.path()) : null;
        return models != null
                ? ScriptedReply.raw(200, "application/json", models)
                : ScriptedReply.error(404, "invalid_request_error", "No reply is scripted for " + asked.path());
    }

    private static Mono<Void> send(
            ScriptedReply scriptedReply,
            WireFormat wireFormat,
            ResponsePlan responsePlan,
            RecordedRequest asked,
            HttpServerResponse response,
            Channel channel) {
        response.status(scriptedReply.spec.status())
                .header("content-type", responsePlan.contentType())
                .header(wireFormat.idHeader(), "req_stage" + asked.number());
        if (scriptedReply.spec.body() instanceof ReplyBody.Refused refused) {
            wireFormat
                    .errorHeaders(scriptedReply.spec.status(), refused.trouble())
                    .forEach(response::header);
        }
        scriptedReply.spec.headers().forEach(response::header);
        if (scriptedReply.spec.form().untilClose()) {
            response.chunkedTransfer(false).keepAlive(false);
        } else if (responsePlan.length() >= 0) {
            response.header("content-length", String.valueOf(responsePlan.length()));
        }
        Flux<ByteBuf> body = paced(responsePlan, scriptedReply.spec.delays().between(), channel)
                .filter(event -> event.sort() != Sort.GO_AWAY || ConnectionFault.later(channel))
                .map(event -> Unpooled.wrappedBuffer(event.bytes()));
        return response.sendHeaders()
                .then(pause(scriptedReply.spec.delays().first(), channel))
                .then(response.send(body, each -> true).then())
                .then();
    }

    private static Flux<WireEvent> paced(ResponsePlan responsePlan, Duration between, Channel channel) {
        Flux<WireEvent> events = Flux.fromIterable(responsePlan.events());
        return between.isZero()
                ? events
                : events.concatMap(
                        event -> event.sort() == Sort.FRAME
                                ? Mono.just(event)
                                : pause(between, channel).thenReturn(event),
                        0);
    }

    private static Mono<Void> close(Close how, RecordedRequest asked, Channel channel) {
        switch (how) {
            case KEEP -> {
                asked.end(Ending.COMPLETED);
                return Mono.empty();
            }
            case STALL -> {
                return Mono.never();
            }
            default -> {
                asked.end(Ending.CUT);
                ConnectionFault.now(how, channel);
                return Mono.never();
            }
        }
    }

    /** Timed by the connection's event loop: sockets need real time, also in tests with virtual time. */
    private static Mono<Void> pause(Duration wait, Channel channel) {
        return wait.isZero()
                ? Mono.empty()
                : Mono.delay(wait, Schedulers.fromExecutorService(channel.eventLoop()))
                        .then();
    }
}
