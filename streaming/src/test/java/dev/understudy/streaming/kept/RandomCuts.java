package dev.understudy.streaming.kept;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.streaming.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

/** One answer whose reader, vendor and instances are cut at random, in virtual time. One seed is one history. */
final class RandomCuts {

    /** Kind of the cuts in a case. */
    enum Cut {
        READER,
        VENDOR,
        INSTANCE,
        STORE
    }

    /** Result of a case, as text. Equal to {@link #EXPECTED} if nothing was lost, doubled, or paid twice without need. */
    static final String EXPECTED = "exact";

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration RETENTION = Duration.ofMinutes(20);
    private static final int INSTANCES = 3;
    private static final int STEPS = 10_000;

    /** A replay has to catch up between two of them. */
    private static final int MOST = 5;

    private final Random random;
    private final Set<Cut> cuts;
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final InMemoryKeptStreamStore store =
            new InMemoryKeptStreamStore(KeptStreamStore.Limits.defaults().withRetention(RETENTION), time);
    private final List<Instance> instances = new ArrayList<>();
    private final Essay essay;
    private final ChatRequest request;
    private final StringBuilder text = new StringBuilder();
    private int ids;
    private int finished;
    private int readerCuts;
    private int killed;
    private int deaths; // of instances that generated
    private int outages;
    private long position;
    private @Nullable String lastEventId;
    private @Nullable Reading reading;
    private @Nullable Instance reader;
    private int taken; // chunks of the reading that were handled
    private String verdict = "";

    RandomCuts(long seed) {
        this.random = new Random(seed);
        this.cuts = cuts((int) (seed % 15) + 1);
        List<String> pieces = pieces();
        this.essay = new Essay(pieces, Duration.ofMillis(1 + random.nextInt(150)), random.nextBoolean(), time);
        if (cuts.contains(Cut.VENDOR)) {
            int at = 0;
            for (int i = random.nextInt(4); i >= 0; i--) {
                at += 200 + random.nextInt(400);
                essay.breakAt(at);
            }
        }
        ChatRequest plain = ChatRequest.of("m", "Write an essay");
        this.request = random.nextBoolean() ? plain.withTemperature(0) : plain;
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(instance());
        }
    }

    /** Each combination of cuts but none. */
    private static Set<Cut> cuts(int bits) {
        Set<Cut> cuts = EnumSet.noneOf(Cut.class);
        for (Cut cut : Cut.values()) {
            if ((bits >> cut.ordinal() & 1) == 1) {
                cuts.add(cut);
            }
        }
        return cuts;
    }

    private List<String> pieces() {
        StringBuilder all = new StringBuilder();
        int length = 300 + random.nextInt(1200);
        while (all.length() < length) {
            all.append(random.nextInt(4) == 0 ? Texts.any(random) : Texts.prose(random, 10))
                    .append(' ');
        }
        return Texts.pieces(all.append("The end.").toString(), random);
    }

    private Instance instance() {
        ResumingProvider provider =
                ResumingProvider.over(essay, ResumePolicy.exact().withTakeovers(10));
        KeptStreams.Options options = KeptStreams.Options.defaults()
                .withLease(LEASE)
                .withGrace(Duration.ofMinutes(10))
                .withTakeovers(1000)
                .withRequired(true);
        return new Instance(store, provider, options, () -> "id" + ++ids, time);
    }

    /** Plays the case. */
    String play() {
        try {
            for (int step = 0; step < STEPS && finished == 0 && verdict.isEmpty(); step++) {
                read();
                time.advanceTimeBy(Duration.ofMillis(1 + random.nextInt(400)));
                take();
                disturb();
            }
            check();
        } finally {
            instances.forEach(instance -> instance.streams().close());
            time.dispose();
        }
        return verdict.isEmpty() ? EXPECTED : verdict + " " + this;
    }

    private void read() {
        if (reading != null || (lastEventId != null && random.nextInt(3) == 0)) {
            return;
        }
        Instance at = instances.get(random.nextInt(instances.size()));
        Flux<PositionedChunk> chunks = at.streams().stream(request, lastEventId);
        reader = at;
        taken = 0;
        reading = new Reading(random.nextInt(4) == 0 ? 1 : Long.MAX_VALUE);
        chunks.subscribe(reading);
    }

    /** Handles what arrived since the last step. */
    private void take() {
        Reading now = reading;
        if (now == null) {
            return;
        }
        for (; taken < now.chunks.size(); taken++) {
            PositionedChunk one = now.chunks.get(taken);
            if (one.position() != position + 1) {
                verdict = "position " + one.position() + " after " + position;
            }
            position = one.position();
            lastEventId = one.eventId();
            text.append(one.chunk().text());
            finished += one.chunk() instanceof StreamChunk.Finish ? 1 : 0;
        }
        if (now.error != null) {
            reading = null;
            boolean expected = now.error instanceof KeptStreamException kept
                    && kept.reason() == KeptStreamException.Reason.UNAVAILABLE
                    && outages > 0;
            verdict = expected || !verdict.isEmpty() ? verdict : now.error.toString();
        } else {
            now.request(1 + random.nextInt(20));
        }
    }

    private void disturb() {
        if (lastEventId == null) {
            return; // the stream has no id that a reader knows
        }
        if (cuts.contains(Cut.READER) && random.nextInt(6) == 0) {
            leave();
            readerCuts++;
        }
        if (cuts.contains(Cut.INSTANCE) && killed < MOST && random.nextInt(25) == 0) {
            Instance victim = instances.remove(random.nextInt(instances.size()));
            if (victim == reader) {
                leave();
            }
            killed++;
            deaths += victim.isGenerating() ? 1 : 0;
            victim.die();
            instances.add(instance());
        }
        if (cuts.contains(Cut.STORE) && outages < MOST && random.nextInt(15) == 0) {
            Instance one = instances.get(random.nextInt(instances.size()));
            outages++;
            one.delayingAppends(random.nextInt(3) == 0 ? Duration.ofMillis(random.nextInt(8000)) : null);
            if (random.nextBoolean()) {
                one.failing(!one.isFailing());
            } else {
                one.losingAnswers(!one.isFailing());
            }
        } else if (random.nextInt(8) == 0) {
            instances.forEach(Instance::heal);
        }
        if (essay.live() > 1) {
            verdict = "two generations at a time";
        }
    }

    private void leave() {
        if (reading != null) {
            take();
            reading.dispose();
            reading = null;
        }
    }

    private void check() {
        if (verdict.isEmpty() && finished != 1) {
            verdict = "finished " + finished + " times";
        }
        if (verdict.isEmpty() && !text.toString().equals(essay.text())) {
            verdict = "text differs";
        }
        if (verdict.isEmpty() && deaths == 0 && outages == 0 && essay.broken() == 0 && essay.calls() != 1) {
            verdict = "paid " + essay.calls() + " times";
        }
        leave();
        instances.forEach(Instance::heal);
        time.advanceTimeBy(RETENTION.plusSeconds(60));
        if (verdict.isEmpty() && (store.size() > 0 || essay.live() > 0)) {
            verdict = "left: " + store.size() + " streams, " + essay.live() + " calls";
        }
    }

    int calls() {
        return essay.calls();
    }

    int cutsMade() {
        return readerCuts + deaths + outages + essay.broken();
    }

    @Override
    public String toString() {
        return cuts + ", reader " + readerCuts + ", vendor " + essay.broken() + ", deaths " + deaths + ", outages "
                + outages + ", calls " + essay.calls() + ", text " + text.length() + " of "
                + essay.text().length();
    }
}
