package dev.understudy.testing;

import dev.understudy.testing.Recorded.Ending;
import dev.understudy.testing.Rundown.Close;
import dev.understudy.testing.Speech.Question;
import dev.understudy.testing.Wire.Sort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Plays one exchange: takes the request, asks the script, and sends what the rundown says. */
final class Stage {

    private static final Speech OPEN_AI = new OpenAiScript();
    private static final Speech RESPONSES = new ResponsesScript();
    private static final Speech ANTHROPIC = new AnthropicScript();
    private static final Pattern PLAYED = Pattern.compile("/(chat/completions|messages|responses)$");
    private static final byte[] NO_BODY = {};

    private final Script<Recorded, Reply> script;
    private final Doorkeeper doors;
    private final KeptAnswers kept = new KeptAnswers();

    Stage(Script<Recorded, Reply> script, Doorkeeper doors) {
        this.script = script;
        this.doors = doors;
    }

    Publisher<Void> play(HttpServerRequest request, HttpServerResponse response) {
        Channel channel = channel(request);
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(NO_BODY)
                .flatMap(body -> {
                    Recorded asked = new Recorded(
                            doors.number(),
                            Doorkeeper.number(channel),
                            doors.now(),
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
            throw new IllegalStateException("A request comes on a connection");
        }
        return found;
    }

    /** Ends the record with the channel when nothing else has ended it before. */
    private Mono<Void> watched(Recorded asked, Channel channel, Mono<Void> answer) {
        ChannelFutureListener gone = closed -> asked.end(Ending.CLIENT_CANCELLED);
        channel.closeFuture().addListener(gone);
        doors.arrived(asked);
        return answer.doFinally(signal -> channel.closeFuture().removeListener(gone));
    }

    private Mono<Void> answer(Recorded asked, HttpServerResponse response, Channel channel) {
        return Mono.defer(() -> {
            KeptAnswers.Kept begun = kept.find(asked);
            Speech speech = begun != null ? RESPONSES : speech(asked.path());
            Reply reply = reply(asked, begun);
            Question question = begun != null ? KeptAnswers.question(begun, asked) : asked.question();
            if (speech == RESPONSES) {
                kept.keep(reply, asked.question());
            }
            Rundown rundown = reply.rundowns.of(reply, speech, question);
            Mono<Void> sent = reply.fault != null
                            && reply.fault.after().unit() == After.Unit.NOTHING
                            && rundown.close() != Close.KEEP
                    ? Mono.empty()
                    : send(reply, speech, rundown, asked, response, channel);
            return pause(reply.pace.headers(), channel)
                    .then(sent)
                    .then(Mono.defer(() -> close(rundown.close(), asked, channel)));
        });
    }

    private static Speech speech(String path) {
        if (path.endsWith("/messages")) {
            return ANTHROPIC;
        }
        return path.endsWith("/responses") ? RESPONSES : OPEN_AI;
    }

    private Reply reply(Recorded asked, KeptAnswers.@Nullable Kept begun) {
        Reply ruled = script.ruled(asked);
        if (ruled != null) {
            return ruled;
        }
        if (begun != null) {
            return begun.reply();
        }
        boolean post = asked.method().equals("POST");
        if (post && PLAYED.matcher(asked.path()).find()) {
            return script.next();
        }
        if (post && script.peek().body instanceof Body.Raw) {
            return script.next();
        }
        return asked.method().equals("GET") && asked.path().endsWith("/models")
                ? Reply.raw(200, "application/json", OpenAiScript.models())
                : Reply.error(404, "invalid_request_error", "Nothing is played at " + asked.path());
    }

    private static Mono<Void> send(
            Reply reply, Speech speech, Rundown rundown, Recorded asked, HttpServerResponse response, Channel channel) {
        response.status(reply.status)
                .header("content-type", rundown.contentType())
                .header(speech.idHeader(), "req_stage" + asked.number());
        reply.headers.forEach(response::header);
        if (reply.form.untilClose()) {
            response.chunkedTransfer(false).keepAlive(false);
        } else if (rundown.length() >= 0) {
            response.header("content-length", String.valueOf(rundown.length()));
        }
        Flux<ByteBuf> body = paced(rundown, reply.pace.between(), channel)
                .filter(event -> event.sort() != Sort.GO_AWAY || HangUp.later(channel))
                .map(event -> Unpooled.wrappedBuffer(event.bytes()));
        return response.sendHeaders()
                .then(pause(reply.pace.first(), channel))
                .then(response.send(body, each -> true).then())
                .then();
    }

    private static Flux<Wire> paced(Rundown rundown, Duration between, Channel channel) {
        Flux<Wire> events = Flux.fromIterable(rundown.events());
        return between.isZero()
                ? events
                : events.concatMap(
                        event -> event.sort() == Sort.FRAME
                                ? Mono.just(event)
                                : pause(between, channel).thenReturn(event),
                        0);
    }

    private static Mono<Void> close(Close how, Recorded asked, Channel channel) {
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
                HangUp.now(how, channel);
                return Mono.never();
            }
        }
    }

    /** Timed by the connection's own event loop: real sockets take real time, also where a test plays with virtual time. */
    private static Mono<Void> pause(Duration wait, Channel channel) {
        return wait.isZero()
                ? Mono.empty()
                : Mono.delay(wait, Schedulers.fromExecutorService(channel.eventLoop()))
                        .then();
    }
}
