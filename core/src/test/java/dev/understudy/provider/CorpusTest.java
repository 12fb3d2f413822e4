package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SeedInFailure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Corpus.Recording;
import dev.understudy.provider.error.ErrorLabels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Recorded answers of every dialect are understood as the oracle understands them, however they arrive; and whatever
 * happens to them on the way, none that is not whole passes for one.
 */
class CorpusTest {

    private static final CorpusReport REPORT = new CorpusReport();
    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");
    private static final long SEED = Long.getLong("understudy.seed", System.nanoTime());

    @RegisterExtension
    static final SeedInFailure SEED_IN_FAILURE = new SeedInFailure("understudy.seed", SEED);

    private final Random random = new Random(SEED);

    @AfterAll
    static void table() {
        Corpus.all().stream()
                .filter(each -> !each.kind().equals("error")
                        && Arrays.stream(CorpusWire.values()).noneMatch(wire -> wire.dialect.equals(each.dialect())))
                .forEach(each -> REPORT.row(each.dialect(), each.kind()).unread());
        REPORT.publish();
    }

    /** By default in two sizes of fragments, in five with {@code -Dunderstudy.tests.all=true}. */
    @ParameterizedTest
    @EnumSource
    void randomlyFragmentedStreamsMatchTheOracle(CorpusWire wire) {
        List<String> wrong = new ArrayList<>();
        for (Recording recording : wire.streams()) {
            Said expected = Said.by(recording);
            Said whole = Said.by(hear(wire, recording, wire.body(recording), Integer.MAX_VALUE));
            Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
            Said meant = meant(recording, expected, whole, deviations);
            List<String> differences = new ArrayList<>(meant.differences(whole));
            for (int most : ALL ? new int[] {1, 2, 7, 64, 1_000} : new int[] {1, 50}) {
                differences.addAll(whole.differences(Said.by(hear(wire, recording, wire.body(recording), most))));
            }
            for (byte[] respelled : wire.respelled(wire.body(recording))) {
                differences.addAll(whole.differences(Said.by(hear(wire, recording, respelled, 50))));
            }
            count(REPORT.row(wire.label(), "stream"), deviations, differences);
            differences.forEach(difference -> wrong.add(recording + " " + difference));
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void wholeAnswersMatchTheOracle(CorpusWire wire) {
        List<String> wrong = new ArrayList<>();
        List<Recording> responses =
                wire == CorpusWire.GEMINI_ELEMENTS ? List.of() : Corpus.of(wire.dialect, "response");
        for (Recording recording : responses) {
            Said heard = Said.by(wire.decode(recording));
            Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
            List<String> differences =
                    meant(recording, Said.by(recording), heard, deviations).differences(heard);
            count(REPORT.row(wire.label(), "response"), deviations, differences);
            differences.forEach(difference -> wrong.add(recording + " " + difference));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void errorsMatchTheLabels() {
        List<String> wrong = new ArrayList<>();
        for (Recording recording : Corpus.all()) {
            if (recording.kind().equals("error")) {
                FailureKind label = ErrorLabels.of(recording);
                FailureKind kind = ErrorLabels.failure(recording).kind();
                CorpusReport.Row row = REPORT.row(recording.dialect(), "error");
                if (label == null) {
                    row.unlabelled();
                } else if (label == kind) {
                    row.exact();
                } else {
                    row.wrong();
                    wrong.add(recording + " is " + label + " but " + kind);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Every event of every stream is the last one once, and the one after it is cut within; no place is left out. */
    @ParameterizedTest
    @EnumSource
    void streamCutBeforeItsFinishReasonIsTruncatedElseComplete(CorpusWire wire) {
        for (Recording recording : wire.streams()) {
            int cuts = 0;
            Said expected = Said.by(recording);
            Place place = new Place(wire, recording);
            do {
                DecodedAnswer atEnd = place.fork().end();
                if (!place.isBehindTheEnd()) {
                    assertThat(place.live.finished()).as("%s finished", place).isEqualTo(place.finishSeen);
                }
                assertThat(atEnd.isComplete()).as("%s cut", place).isEqualTo(place.finishSeen);
                assertThat(atEnd.kind()).as("%s cut", place).isEqualTo(place.finishSeen ? null : FailureKind.TRUNCATED);
                cuts++;
                byte[] next = place.next();
                if (!place.finishSeen && next.length > 1) {
                    byte[] part = Arrays.copyOf(next, 1 + random.nextInt(next.length - 1));
                    DecodedAnswer.Live inside = place.fork();
                    inside.feed(part);
                    DecodedAnswer decodedAnswer = inside.end();
                    boolean mayBeWhole = wire.finishes(part) || place.isErrorNext();
                    assertThat(mayBeWhole || decodedAnswer.kind() == FailureKind.TRUNCATED)
                            .as("%s cut after %d more bytes: %s", place, part.length, decodedAnswer.failure)
                            .isTrue();
                    assertThat(decodedAnswer.isComplete()).isEqualTo(decodedAnswer.failure == null);
                    cuts++;
                }
            } while (place.advance(random));
            assertThat(place.live.decodedAnswer().text.toString())
                    .as("%s", place)
                    .satisfies(text -> assertThat(expected.get("text")).startsWith(text));
            REPORT.row(wire.label(), "stream").cut(cuts, 0);
        }
    }

    /** After each event one form, of all in turn; with {@code -Dunderstudy.tests.all=true} each form after each event. */
    @ParameterizedTest
    @EnumSource
    void anErrorAfterAnyEventFailsTheStreamByItsPayload(CorpusWire wire) {
        for (Recording recording : wire.streams()) {
            List<InBand> forms = InBand.of(wire, wire.body(recording));
            int injected = 0;
            Place place = new Place(wire, recording);
            do {
                if (place.live.decoder().terminated() || place.isBehindTheEnd()) {
                    break;
                }
                int turn = ALL ? 0 : place.event % forms.size();
                for (InBand form : ALL ? forms : forms.subList(turn, turn + 1)) {
                    DecodedAnswer.Live live = place.fork();
                    live.feed(form.bytes());
                    if (live.decodedAnswer().failure == null) {
                        DecodedAnswer.Live goesOn = Fork.of(live);
                        goesOn.feed(place.rest());
                        failed(place, form, goesOn.end());
                    }
                    failed(place, form, live.end());
                    injected++;
                }
            } while (place.advance(random));
            REPORT.row(wire.label(), "stream").cut(0, injected);
        }
    }

    private static void failed(Place place, InBand form, DecodedAnswer decodedAnswer) {
        if (decodedAnswer.kind() != form.kind() || decodedAnswer.finish != null || !decodedAnswer.text.isEmpty()) {
            throw new AssertionError(
                    place + ": " + form + " became " + decodedAnswer.failure + " after " + decodedAnswer.chunks);
        }
    }

    @ParameterizedTest
    @EnumSource
    void damagedBytesAreReadOrRejectedAndNothingElse(CorpusWire wire) {
        for (Recording recording : wire.streams()) {
            for (int i = 0; i < (ALL ? 20 : 5); i++) {
                byte[] damaged = wire.body(recording).clone();
                int at = random.nextInt(damaged.length);
                damaged[at] ^= (byte) (1 + random.nextInt(255));
                DecodedAnswer decodedAnswer = hear(wire, recording, damaged, 1_000);
                assertThat(decodedAnswer.isComplete()).as(recording.id()).isEqualTo(decodedAnswer.failure == null);
                if (wire.isBinary()) {
                    boolean behind = wire.finishes(Arrays.copyOf(damaged, at));
                    assertThat(behind
                                    || decodedAnswer.kind() == FailureKind.PROTOCOL
                                    || decodedAnswer.kind() == FailureKind.TRUNCATED)
                            .as("%s at %d: checksums let nothing pass", recording, at)
                            .isTrue();
                }
            }
        }
    }

    /** The copies that the tests above continue are complete. By default one event in eight is continued. */
    @ParameterizedTest
    @EnumSource
    void copiedDecoderContinuesLikeTheOriginal(CorpusWire wire) {
        for (Recording recording : wire.streams()) {
            Place place = new Place(wire, recording);
            for (int i = random.nextInt(place.events()); i > 0 && place.advance(random); i--) {
                if (ALL || i % 8 == 0) {
                    place.fork().feed(place.rest());
                }
            }
            DecodedAnswer.Live fork = Fork.of(place.live);
            fork.feed(place.rest());
            assertThat(Said.by(fork.end()).differences(Said.by(hear(wire, recording, wire.body(recording), 100))))
                    .as("%s", place)
                    .isEmpty();
        }
    }

    @Test
    void anotherAnswerSplicedIntoAStreamOfAnthropicIsNoticed() {
        List<Recording> recordings = CorpusWire.ANTHROPIC.streams();
        for (int i = 0; i < recordings.size(); i++) {
            String one = CorpusWire.text(recordings.get(i).body());
            String other =
                    CorpusWire.text(recordings.get((i + 1) % recordings.size()).body());
            int end = one.lastIndexOf("event: message_delta");
            String id = String.valueOf(recordings.get(i).text("response_id"));
            if (end < 0 || other.contains(id)) {
                continue;
            }
            String spliced = one.substring(0, end) + other;
            DecodedAnswer decodedAnswer =
                    hear(CorpusWire.ANTHROPIC, recordings.get(i), spliced.getBytes(StandardCharsets.ISO_8859_1), 500);
            assertThat(decodedAnswer.kind()).as("%s", recordings.get(i)).isEqualTo(FailureKind.PROTOCOL);
        }
    }

    @Test
    void coherePlansAreKeptAndAreNoPartOfTheAnswer() {
        for (Recording recording : CorpusWire.COHERE.streams()) {
            String plan = recording.text("tool_plan");
            if (plan != null && !recording.expected().path("tool_calls").isEmpty()) {
                assertThat(hear(CorpusWire.COHERE, recording, recording.body(), 50)
                                .chunks
                                .get(0))
                        .as("%s", recording)
                        .isEqualTo(new StreamChunk.Reasoning("", new ReasoningBlock.Signature(plan, true, "cohere")));
            }
        }
    }

    private static Said meant(Recording recording, Said expected, Said heard, Set<Deviation> deviations) {
        Said meant = expected;
        for (Deviation deviation : Deviation.values()) {
            Said before = meant;
            meant = deviation.of(recording, before, heard);
            if (!meant.equals(before)) {
                deviations.add(deviation);
            }
        }
        return meant;
    }

    private static void count(CorpusReport.Row row, Set<Deviation> deviations, List<String> differences) {
        if (!differences.isEmpty()) {
            row.wrong();
        } else if (deviations.isEmpty()) {
            row.exact();
        } else {
            row.deviates(deviations);
        }
    }

    private DecodedAnswer hear(CorpusWire wire, Recording recording, byte[] body, int most) {
        DecodedAnswer.Live live = wire.live(recording);
        live.feed(body, most, random);
        return live.end();
    }

    /** A place between two events of a recording, and the stream up to there. */
    private static final class Place {

        private final CorpusWire wire;
        private final Recording recording;
        private final byte[] body;
        private final List<Integer> ends;
        private final boolean terminated;
        private final DecodedAnswer.Live live;
        private int event;
        private boolean finishSeen;

        Place(CorpusWire wire, Recording recording) {
            this.wire = wire;
            this.recording = recording;
            this.body = wire.body(recording);
            this.ends = wire.ends(body);
            this.terminated = wire.isTerminated(body);
            this.live = wire.live(recording);
        }

        int events() {
            return ends.size() - 1;
        }

        DecodedAnswer.Live fork() {
            return new DecodedAnswer.Live(Fork.of(live.framing()), Fork.of(live.decoder()), new DecodedAnswer());
        }

        byte[] next() {
            return event < events() ? Arrays.copyOfRange(body, ends.get(event), ends.get(event + 1)) : new byte[0];
        }

        byte[] rest() {
            return Arrays.copyOfRange(body, ends.get(event), body.length);
        }

        /** The recording has an error of its own, and it comes now. */
        boolean isErrorNext() {
            if (!recording.expected().path("error").isObject()) {
                return false;
            }
            DecodedAnswer.Live after = fork();
            after.feed(next());
            after.end();
            return after.decodedAnswer().failure != null
                    && after.decodedAnswer().kind() != FailureKind.TRUNCATED;
        }

        /** The recording breaks off within its last event, or ends its array: nothing can follow. */
        boolean isBehindTheEnd() {
            return event == events() && !terminated;
        }

        /** Goes behind the next event; false when there is none, or when it is an error. */
        boolean advance(Random random) {
            if (event == events() || isErrorNext()) {
                return false;
            }
            byte[] next = next();
            live.feed(next, next.length, random);
            finishSeen |= wire.finishes(next);
            event++;
            return live.decodedAnswer().failure == null;
        }

        @Override
        public String toString() {
            return recording + " after event " + event;
        }
    }
}
