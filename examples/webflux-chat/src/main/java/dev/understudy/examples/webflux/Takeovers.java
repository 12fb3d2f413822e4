package dev.understudy.examples.webflux;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.Map;
import org.springframework.context.annotation.Profile;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Shows beside the chat of the demonstration which vendor took over, as its readers cannot tell by the text. */
@RestController
@Profile(DemoVendors.PROFILE)
final class Takeovers implements Listener {

    private final Sinks.Many<Event.StreamTakenOver> takeovers =
            Sinks.many().multicast().directBestEffort();

    @Override
    public void on(Event event) {
        if (event instanceof Event.StreamTakenOver takenOver) {
            synchronized (takeovers) {
                takeovers.tryEmitNext(takenOver);
            }
        }
    }

    @GetMapping(path = "/takeovers", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Map<String, Object>>> read() {
        ServerSentEvent<Map<String, Object>> open =
                ServerSentEvent.<Map<String, Object>>builder().comment("open").build();
        return takeovers.asFlux().map(Takeovers::event).startWith(open);
    }

    private static ServerSentEvent<Map<String, Object>> event(Event.StreamTakenOver takenOver) {
        return ServerSentEvent.<Map<String, Object>>builder()
                .event("takeover")
                .data(Map.of(
                        "from", takenOver.from().provider(),
                        "to", takenOver.to().provider(),
                        "offset", takenOver.takeover().offset(),
                        "reason", takenOver.failure().kind().label()))
                .build();
    }
}
