package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ManualProvider;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.pool.Route;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.publisher.TestPublisher;

/** An attempt whose answer arrives in the instant after another attempt won the race. */
class LostRaceTest {

    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.LENGTH, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final TestPublisher<Object> source = TestPublisher.create();
    private final List<Event> events = new ArrayList<>();
    private final Route route = new Route(
            CallFixtures.member(new ManualProvider(source), ProviderOptions.defaults()), "m", Capabilities.assumed());
    private final Call call = CallFixtures.call(CallFixtures.plan(route), events::add);
    private final Race race = new Race();
    private final Attempt attempt = new Attempt(call, Cursor.start(call.plan()), race);
    private final Attempt other = new Attempt(call, Cursor.start(call.plan()), race);
    private final List<Object> signals = new ArrayList<>();

    @Test
    void responseIsNotEmitted() {
        begin(CallMode.CHAT);
        source.next(ChatResponse.of("a", "m", "late"));
        assertLost();
    }

    @Test
    void firstContentIsNotEmitted() {
        begin(CallMode.STREAM);
        source.next(new StreamChunk.Text("late"));
        assertLost();
    }

    @Test
    void finishWithoutContentIsNotEmitted() {
        begin(CallMode.STREAM);
        source.next(FINISH);
        assertLost();
    }

    @Test
    void winnerMayClaimAgainAndTheOtherMayNot() {
        assertThat(race.isLostBy(attempt)).as("undecided").isFalse();
        assertThat(race.isWonBy(attempt)).isFalse();
        assertThat(race.claim(other)).isTrue();
        assertThat(race.claim(other)).isTrue();
        assertThat(race.claim(attempt)).isFalse();
        assertThat(race.isWonBy(other)).isTrue();
        assertThat(race.isLostBy(other)).isFalse();
        assertThat(race.isLostBy(attempt)).isTrue();
    }

    private <T> void begin(CallMode<T> mode) {
        attempt.run(mode).subscribe(signals::add, signals::add, () -> signals.add("complete"));
        assertThat(route.pooledProvider().health().inFlight()).isEqualTo(1);
        race.claim(other);
    }

    private void assertLost() {
        assertThat(signals).isEmpty();
        source.assertCancelled();
        assertThat(call.wasted()).extracting(AttemptLog.Attempt::outcome).containsExactly(AttemptLog.Outcome.WASTED);
        assertThat(events)
                .hasSize(2)
                .endsWith(new Event.AttemptAbandoned(call.id(), call.wasted().element()));
        assertThat(route.pooledProvider().health().inFlight()).isZero();
    }
}
