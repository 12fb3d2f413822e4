package dev.understudy.ops;

import dev.understudy.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Lets operators watch: what happens, as server-sent events. */
final class EventDesk {

    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final Feed feed;
    private final Admin.Options options;

    EventDesk(Feed feed, Admin.Options options) {
        this.feed = feed;
        this.options = options;
    }

    Route route() {
        return Route.get("/api/events", this::watch);
    }

    private Mono<Route.Answer> watch(Route.Asked asked) {
        Predicate<Event> wanted = wanted(asked.query());
        if (feed.watchers() >= options.watchers()) {
            throw Problem.of(503, "too-many-watchers", "Too many watchers", "So many watch already")
                    .with("retry-after", "10");
        }
        Scheduler scheduler = Schedulers.parallel();
        Flux<byte[]> news = feed.watch(wanted, options.backlog(), scheduler).map(EventDesk::written);
        Flux<byte[]> pulse = Flux.interval(options.keepAlive(), scheduler)
                .onBackpressureDrop()
                .map(tick -> KEEP_ALIVE);
        // The first comment sends the headers; whoever reads it misses nothing from then on.
        return Mono.just(new Route.Events(Flux.merge(1, news, Flux.just(KEEP_ALIVE), pulse)));
    }

    private static Predicate<Event> wanted(Map<String, String> query) {
        String agent = query.get("agent");
        String types = query.get("types");
        Set<String> chosen = types == null ? Set.of() : new TreeSet<>(Arrays.asList(types.split(",")));
        List<Problem.Mistake> mistakes = Stream.concat(
                        query.keySet().stream()
                                .filter(name -> !name.equals("agent") && !name.equals("types") && !name.isEmpty())
                                .map(name -> "is not known: agent and types are"),
                        chosen.stream()
                                .filter(type -> !News.types().contains(type))
                                .map(type -> "is no type: " + Nearest.to(type, News.types())))
                .map(what -> new Problem.Mistake("?", what))
                .toList();
        if (!mistakes.isEmpty()) {
            throw Problem.invalid(mistakes);
        }
        return event -> (agent == null || agent.equals(event.door()))
                && (chosen.isEmpty() || chosen.contains(News.type(event)));
    }

    private static byte[] written(Feed.Seen seen) {
        StringBuilder text = new StringBuilder();
        if (seen.lost() > 0) {
            append(text, "lost", null, Json.write(Map.of("count", seen.lost())));
        }
        News news = News.of(seen.item().event());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", news.type());
        body.put("timestamp", seen.item().at().toString());
        body.put("agent", news.agent());
        body.put("data", news.data());
        append(text, news.type(), seen.item().number(), Json.write(body));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, String type, @Nullable Long id, byte[] json) {
        if (id != null) {
            text.append("id: ").append(id).append('\n');
        }
        text.append("event: ").append(type).append('\n');
        text.append("data: ").append(new String(json, StandardCharsets.UTF_8)).append("\n\n");
    }

    /** Every so often, so that both ends notice when the other is gone. */
    static Duration usualPulse() {
        return Duration.ofSeconds(15);
    }
}
