package dev.understudy.ops.admin;

import dev.understudy.event.Event;
import dev.understudy.ops.config.Suggestions;
import dev.understudy.ops.event.EventPayload;
import dev.understudy.ops.event.JsonDocuments;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Streams events as server-sent events. */
final class EventStreamRoute {

    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final EventFeed eventFeed;
    private final Admin.Options options;

    /** Beginning of the ids of events: numbers of another process say nothing here. */
    private final String process = Long.toHexString(ThreadLocalRandom.current().nextLong()) + '-';

    /** Requests that are answered, from their acceptance on. */
    private final AtomicInteger watchers = new AtomicInteger();

    EventStreamRoute(EventFeed eventFeed, Admin.Options options) {
        this.eventFeed = eventFeed;
        this.options = options;
    }

    AdminRoute route() {
        return AdminRoute.get("/api/events", this::watch);
    }

    private Mono<AdminRoute.Answer> watch(AdminRoute.Request request) {
        Predicate<Event> wanted = wanted(request.query());
        if (watchers.incrementAndGet() > options.watchers()) {
            watchers.decrementAndGet();
            throw Problem.of(503, "too-many-watchers", "Too many watchers", "So many watch already")
                    .with("retry-after", "10");
        }
        Scheduler scheduler = Schedulers.parallel();
        Flux<byte[]> news = eventFeed
                .watch(wanted, after(request.lastEventId()), options.backlog(), scheduler)
                .map(this::written);
        Flux<byte[]> pulse = Flux.interval(options.keepAlive(), scheduler)
                .onBackpressureDrop()
                .map(tick -> KEEP_ALIVE);
        // The first comment sends the headers; a client that has read it misses no later event.
        return Mono.just(
                new AdminRoute.Events(Flux.merge(1, news, Flux.just(KEEP_ALIVE), pulse), watchers::decrementAndGet));
    }

    /** Returns the number of the last event that a client received; {@code null} if it was none of this process. */
    private @Nullable Long after(String lastEventId) {
        String number = lastEventId.startsWith(process) ? lastEventId.substring(process.length()) : "";
        return number.matches("\\d{1,18}") ? Long.valueOf(number) : null;
    }

    private static Predicate<Event> wanted(Map<String, String> query) {
        String agent = query.get("agent");
        String types = query.get("types");
        Set<String> chosen = types == null ? Set.of() : new TreeSet<>(Arrays.asList(types.split(",")));
        List<Problem.FieldError> error = Stream.concat(
                        query.keySet().stream()
                                .filter(name -> !name.equals("agent") && !name.equals("types") && !name.isEmpty())
                                .map(name -> "is not known: agent and types are"),
                        chosen.stream()
                                .filter(type -> !EventPayload.types().contains(type))
                                .map(type -> "is no type: " + Suggestions.to(type, EventPayload.types())))
                .map(what -> new Problem.FieldError("?", what))
                .toList();
        if (!error.isEmpty()) {
            throw Problem.invalid(error);
        }
        return event -> (agent == null || agent.equals(event.understudy()))
                && (chosen.isEmpty() || chosen.contains(EventPayload.type(event)));
    }

    private byte[] written(EventFeed.Seen seen) {
        StringBuilder text = new StringBuilder();
        if (seen.lost() > 0) {
            append(text, "lost", null, JsonDocuments.write(Map.of("count", seen.lost())));
        }
        EventPayload eventPayload = EventPayload.of(seen.item().event());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", eventPayload.type());
        body.put("timestamp", seen.item().at().toString());
        body.put("agent", eventPayload.agent());
        body.put("data", eventPayload.data());
        append(text, eventPayload.type(), process + seen.item().number(), JsonDocuments.write(body));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, String type, @Nullable String id, byte[] json) {
        if (id != null) {
            text.append("id: ").append(id).append('\n');
        }
        text.append("event: ").append(type).append('\n');
        text.append("data: ").append(new String(json, StandardCharsets.UTF_8)).append("\n\n");
    }

    /** Interval of keep-alive comments, by which both ends detect a lost connection. */
    static Duration defaultKeepAlive() {
        return Duration.ofSeconds(15);
    }
}
