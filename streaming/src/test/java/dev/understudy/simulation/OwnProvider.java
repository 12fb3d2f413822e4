package dev.understudy.simulation;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/** A provider that an application wrote: no connection, no decoder that knows its ends, and errors of any type. */
final class OwnProvider implements ChatProvider {

    /** Way in which an answer fails. */
    enum Fault {
        THROWS,
        UNTYPED_ERROR,
        ERROR_AFTER_FINISH,
        NO_FINISH,
        NOTHING,
        SILENT
    }

    private final String name;
    private final Tasks tasks;
    private final Chance chance;
    private final Capabilities capabilities;
    private final History history;
    private final Reached reached;
    double faulty; // probability of a fault in an answer

    OwnProvider(String name, Capabilities capabilities, World world) {
        this.name = name;
        this.capabilities = capabilities;
        this.tasks = world.tasks();
        this.chance = world.chance();
        this.history = world.history();
        this.reached = world.reached();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Capabilities capabilities(String model) {
        return capabilities;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return stream(request, false).collectList().flatMap(chunks -> {
            StringBuilder text = new StringBuilder();
            for (StreamChunk chunk : chunks) {
                if (chunk instanceof StreamChunk.Text words) {
                    text.append(words.text());
                }
            }
            return chunks.isEmpty() ? Mono.empty() : Mono.just(ChatResponse.of(name, request.model(), text.toString()));
        });
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return stream(request, true);
    }

    private Flux<StreamChunk> stream(ChatRequest request, boolean streamed) {
        boolean fails = chance.of(faulty);
        Fault fault = chance.pick(Fault.values());
        if (fails) {
            history.add("own fault " + fault);
            reached.add("own fault " + fault);
        }
        if (fails && fault == Fault.THROWS) {
            throw new IllegalStateException("thrown by a provider");
        }
        return Flux.create(sink -> new Reply(sink, request).plan(fails, fault, streamed));
    }

    /** One answer. */
    private final class Reply {

        private final FluxSink<StreamChunk> sink;
        private final ChatRequest request;
        private final Tasks.Lane lane = new Tasks.Lane("own");
        private final List<Tasks.Task> planned = new ArrayList<>();
        private long at;

        Reply(FluxSink<StreamChunk> sink, ChatRequest request) {
            this.sink = sink;
            this.request = request;
        }

        void plan(boolean fails, Fault fault, boolean streamed) {
            sink.onDispose(() -> planned.forEach(Tasks.Task::dispose));
            String rest = rest();
            boolean whole = !fails || fault == Fault.ERROR_AFTER_FINISH;
            int end = whole ? rest.length() : fault == Fault.NOTHING ? 0 : chance.between(0, rest.length() - 1);
            for (int from = 0; from < end; ) {
                int to = Math.min(end, from + chance.between(1, 30));
                String piece = rest.substring(from, to);
                then(() -> sink.next(new StreamChunk.Text(piece)));
                from = to;
            }
            if (whole) {
                then(() -> sink.next(new StreamChunk.Finish(
                        FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by(name, request.model()))));
            }
            if (fails && (fault == Fault.UNTYPED_ERROR || (fault == Fault.ERROR_AFTER_FINISH && streamed))) {
                then(() -> sink.error(new IllegalStateException("error of a provider")));
            } else if (fails && !streamed && fault == Fault.NO_FINISH) {
                then(() -> sink.error(new IllegalStateException("half an answer")));
            } else if (!fails || fault != Fault.SILENT) {
                then(sink::complete);
            }
        }

        private void then(Runnable action) {
            at += chance.nanos(0, 200);
            planned.add(tasks.inOrder(lane, at, action));
        }

        private String rest() {
            String prefix = "";
            String prompt = "";
            for (Message message : request.messages()) {
                if (message instanceof Message.User user) {
                    prompt = user.text();
                } else if (message instanceof Message.Assistant assistant) {
                    prefix = assistant.text();
                }
            }
            int from = prompt.indexOf("call-") + "call-".length();
            String answer = Answers.text(Integer.parseInt(prompt, from, from + Answers.DIGITS, 10));
            return answer.startsWith(prefix) ? answer.substring(prefix.length()) : answer;
        }
    }
}
