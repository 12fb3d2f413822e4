package dev.understudy.gateway;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.kept.EventId;
import dev.understudy.gateway.kept.KeptReader;
import dev.understudy.gateway.kept.StreamNote;
import dev.understudy.gateway.kept.StreamOwner;
import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.kept.KeptStreamException;
import dev.understudy.streaming.kept.KeptStreamStore;
import dev.understudy.streaming.kept.KeptStreams;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Streams of calls that outlive the connections of their readers. */
final class KeptCalls implements AutoCloseable {

    /** Header field of an answer with the address of its stream. */
    static final String HEADER = "x-understudy-stream";

    /** Continues an answer of an agent, or begins it without delivered chunks. */
    @FunctionalInterface
    interface Answers {
        Flux<StreamChunk> streamAfter(String agent, ChatRequest request, List<StreamChunk> delivered);
    }

    /** Beginning of a new stream, for its generation. */
    private record Begun(StreamNote.Head head, CallSlot slot) {}

    private final KeptStreams streams;
    private final boolean shared;
    private final ModelDirectory modelDirectory;
    private final Answers answers;
    private final ClientKeys keys;
    private final KeyAccounts accounts;
    private final CallsInFlight calls;

    /**
     * @param shared true if other instances read the store and can go on with a stream
     * @param keys keys of clients, and {@code accounts} that are charged for streams that other instances began
     * @param calls counts the generations of such streams
     */
    KeptCalls(
            KeptStreamStore store,
            KeptStreams.Options options,
            boolean shared,
            ModelDirectory modelDirectory,
            Answers answers,
            ClientKeys keys,
            KeyAccounts accounts,
            CallsInFlight calls) {
        this.streams = KeptStreams.of(this::generated, store, options);
        this.shared = shared;
        this.modelDirectory = modelDirectory;
        this.answers = answers;
        this.keys = keys;
        this.accounts = accounts;
        this.calls = calls;
    }

    /** Hands all streams over to other instances. */
    @Override
    public void close() {
        streams.close();
    }

    private Flux<StreamChunk> generated(ChatRequest request, List<StreamChunk> delivered) {
        return Flux.deferContextual(context -> {
            Begun begun = context.getOrDefault(Begun.class, null);
            return begun == null
                    ? continued(request, delivered)
                    : Flux.using(
                            begun.slot::hold,
                            slot -> Flux.just(begun.head.chunk()).concatWith(answered(request, List.of())),
                            CallSlot::release);
        });
    }

    /** Goes on with a stream of another instance, on the account of its client. */
    private Flux<StreamChunk> continued(ChatRequest request, List<StreamChunk> delivered) {
        StreamNote.Head head = null;
        for (StreamChunk chunk : delivered) {
            StreamNote note = StreamNote.of(chunk);
            if (note instanceof StreamNote.Failed failed) {
                return Flux.error(failed.error().exception());
            }
            head = note instanceof StreamNote.Head first ? first : head;
        }
        if (head == null) {
            return Flux.error(new KeptStreamException(KeptStreamException.Reason.UNKNOWN));
        }
        List<StreamChunk> content =
                delivered.stream().filter(chunk -> StreamNote.of(chunk) == null).toList();
        ClientKey key = keys.named(head.owner().key());
        Flux<StreamChunk> rest = Flux.using(
                        CallSlot.withoutConnection(calls, key)::hold,
                        slot -> answered(request, content),
                        CallSlot::release)
                .contextWrite(CallContext.tag("request_id", head.requestId()));
        return key == null
                ? rest
                : rest.contextWrite(CallContext.listener(accounts.listener(key)))
                        .contextWrite(CallContext.tag("key", key.name()));
    }

    private Flux<StreamChunk> answered(ChatRequest request, List<StreamChunk> delivered) {
        return Flux.defer(() -> {
                    ModelDirectory.Choice choice = modelDirectory.choose(request.model());
                    ChatRequest chosen = request.withModel(choice.model());
                    ServedByListener servedByListener = new ServedByListener(chosen);
                    ProducerNotes notes = new ProducerNotes(servedByListener);
                    return answers.streamAfter(choice.agent(), chosen, delivered)
                            .contextWrite(CallContext.listener(servedByListener))
                            .takeUntilOther(servedByListener.refusal())
                            .concatMapIterable(notes::with, 1);
                })
                .onErrorResume(error ->
                        Flux.concat(Flux.just(new StreamNote.Failed(CallError.of(error)).chunk()), Flux.error(error)));
    }

    /** Notes who produces the chunks, whenever it changes: readers on other instances receive no events of the call. */
    private static final class ProducerNotes {

        private final ServedByListener servedByListener;
        private @Nullable String model;

        private ProducerNotes(ServedByListener servedByListener) {
            this.servedByListener = servedByListener;
        }

        private List<StreamChunk> with(StreamChunk chunk) {
            String now = servedByListener.model();
            if (now.equals(model)) {
                return List.of(chunk);
            }
            model = now;
            StreamNote.Producer producer =
                    new StreamNote.Producer(servedByListener.provider(), now, servedByListener.attempts());
            return List.of(producer.chunk(), chunk);
        }
    }

    /** Starts an answer, and writes it. */
    Flux<Void> start(KeptApi api, ClientCall call, HttpServerResponse response, Mono<Void> cut) {
        return Flux.deferContextual(context -> {
            CallSlot slot = context.get(CallSlot.class);
            StreamNote.Head head = new StreamNote.Head(
                    api.path(),
                    StreamOwner.of(slot.key()),
                    response.responseHeaders().get(RequestId.HEADER, ""),
                    Instant.now(),
                    call.form());
            KeptReader reader = new KeptReader(
                    api.path(), slot.key(), (known, answer) -> call.keptEvents(answer), EventId.beginning(""), 0);
            return streams.start(call.request())
                    .contextWrite(own -> own.put(Begun.class, new Begun(head, slot)))
                    .flatMapMany(KeptStreams.Kept::chunks)
                    .as(chunks -> written(api, chunks, reader, response, cut));
        });
    }

    /**
     * Writes the rest of an answer for a reader that comes back.
     *
     * @param after last event that it received
     * @param skipped events at the beginning that it received, whatever their ids
     */
    Flux<Void> again(
            KeptApi api,
            EventId after,
            long skipped,
            HttpServerRequest request,
            HttpServerResponse response,
            Mono<Void> cut) {
        return Flux.deferContextual(context -> {
            KeptReader reader = new KeptReader(
                    api.path(),
                    context.get(CallSlot.class).key(),
                    (head, answer) -> api.protocol().events(head.form(), answer, request.requestHeaders()),
                    after,
                    skipped);
            return written(api, streams.resume(after.stream() + ".0"), reader, response, cut);
        });
    }

    private Flux<Void> written(
            KeptApi api, Flux<PositionedChunk> chunks, KeptReader reader, HttpServerResponse response, Mono<Void> cut) {
        Mono<Void> end = shared ? cut.onErrorMap(error -> leaving()) : cut;
        return chunks.<String>handle((chunk, sink) -> {
                    String events = reader.read(chunk);
                    if (events != null) {
                        sink.next(events);
                    }
                })
                .takeUntilOther(end)
                .switchOnFirst((first, events) -> first.isOnError()
                        ? Flux.error(Objects.requireNonNull(first.getThrowable()))
                        : events(api, events, reader, response));
    }

    private static KeptStreamException leaving() {
        return new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE);
    }

    private static Mono<Void> events(KeptApi api, Flux<String> events, KeptReader reader, HttpServerResponse response) {
        ClientCall.Events encoder = reader.encoder();
        StreamNote.Producer first = reader.first();
        if (first != null) {
            StreamResponse.head(response, first.provider(), first.model(), first.attempts());
        }
        if (!reader.stream().isEmpty()) {
            response.header(HEADER, api.address(reader.stream()));
        }
        Flux<String> some = events.filter(text -> !text.isEmpty());
        return StreamResponse.sendAtOnce(StreamResponse.ended(some, encoder), encoder, response);
    }
}
