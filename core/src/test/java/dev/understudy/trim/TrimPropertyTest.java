package dev.understudy.trim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.RandomConversation;
import dev.understudy.SeedInFailure;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.policy.TokenCounter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Properties of trimming on random conversations. A failure names its seed, to be run again with {@code -Dseed=…}. */
class TrimPropertyTest {

    private static final long SEED =
            Long.getLong("seed", ThreadLocalRandom.current().nextLong());
    private static final int HISTORIES = Boolean.getBoolean("understudy.tests.all") ? 10_000 : 2_500;
    private static final TokenCounter COUNTER = TokenCounter.characters();

    private final Random random = new Random(SEED);
    private int shorter;
    private int stuck;

    @RegisterExtension
    static final SeedInFailure SEED_IN_FAILURE = new SeedInFailure("seed", SEED);

    @Test
    void requiredMessagesStayInRandomConversations() {
        for (int i = 0; i < HISTORIES; i++) {
            RandomConversation history = RandomConversation.random(random, 40);
            ChatRequest request = ChatRequest.of("m", history.messages());
            ChatRequest copy = ChatRequest.of("m", new ArrayList<>(history.messages()));
            int tokens = random.nextInt(tokens(request.messages()) + 10);

            ConversationTrimmer.Outcome fitted = ConversationTrimmer.fit(request, tokens, COUNTER);
            ConversationTrimmer.Outcome halved = ConversationTrimmer.afterOverflow(request, COUNTER);

            check(history, request, fitted);
            check(history, request, halved);
            assertThat(request).isEqualTo(copy);
            if (fitted instanceof ConversationTrimmer.Fits
                    || fitted instanceof ConversationTrimmer.Shorter cut && cut.fits()) {
                assertThat(tokens(fitted.request().messages())).isLessThanOrEqualTo(tokens);
                assertThat(ConversationTrimmer.fit(fitted.request(), tokens, COUNTER))
                        .isEqualTo(new ConversationTrimmer.Fits(fitted.request()));
            }
            if (fitted instanceof ConversationTrimmer.Shorter cut && !cut.fits()) {
                assertThat(ConversationTrimmer.fit(cut.request(), tokens, COUNTER))
                        .isInstanceOf(ConversationTrimmer.Irreducible.class);
            }
        }
        assertThat(shorter).as("histories that became shorter, seed %s", SEED).isGreaterThan(HISTORIES / 4);
        assertThat(stuck).as("histories that could not, seed %s", SEED).isGreaterThan(HISTORIES / 100);
    }

    @Test
    void choiceEqualsExhaustiveSearch() {
        for (int i = 0; i < HISTORIES; i++) {
            RandomConversation history = RandomConversation.random(random, 10);
            ChatRequest request = ChatRequest.of("m", history.messages());
            int tokens = random.nextInt(tokens(request.messages()) + 10);
            int said = (int) request.messages().stream()
                    .filter(message -> !(message instanceof Message.System))
                    .count();

            compare(history, ConversationTrimmer.fit(request, tokens, COUNTER), everyChoice(history, tokens, 0));
            compare(
                    history,
                    ConversationTrimmer.afterOverflow(request, COUNTER),
                    everyChoice(history, Integer.MAX_VALUE, Math.max(1, said / 2)));
        }
    }

    private void check(RandomConversation history, ChatRequest request, ConversationTrimmer.Outcome outcome) {
        List<Message> before = request.messages();
        List<Message> after = outcome.request().messages();
        String seed = "seed " + SEED + ": " + before + " became " + after;
        if (!(outcome instanceof ConversationTrimmer.Shorter cut)) {
            stuck += outcome instanceof ConversationTrimmer.Irreducible ? 1 : 0;
            assertThat(outcome.request()).as(seed).isSameAs(request);
            return;
        }
        shorter++;
        Set<Message> kept = new HashSet<>(after);
        List<Message> inOrder = before.stream().filter(kept::contains).toList();
        assertThat(after).as(seed).isEqualTo(inOrder).hasSizeLessThan(before.size());
        assertThat(cut.messages()).as(seed).isEqualTo(before.size() - after.size());
        assertThat(cut.tokens()).as(seed).isEqualTo(tokens(before) - tokens(after));
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i) instanceof Message.System) {
                assertThat(kept).as(seed).contains(before.get(i));
            }
            assertThat(kept.contains(before.get(i)))
                    .as(seed)
                    .isEqualTo(kept.contains(before.get(history.exchange().get(i))));
        }
        assertThat(last(after, Message.class)).as(seed).isEqualTo(last(before, Message.class));
        Message asked = last(before, Message.User.class);
        if (asked != null) {
            assertThat(kept).as(seed).contains(asked);
            Message opens = after.stream()
                    .filter(message -> !(message instanceof Message.System))
                    .findFirst()
                    .orElseThrow();
            assertThat(opens).as(seed).isInstanceOf(Message.User.class);
        }
    }

    private void compare(RandomConversation history, ConversationTrimmer.Outcome outcome, List<Message> expected) {
        shorter += outcome instanceof ConversationTrimmer.Shorter ? 1 : 0;
        stuck += outcome instanceof ConversationTrimmer.Irreducible ? 1 : 0;
        assertThat(outcome.request().messages())
                .as("seed %s: %s", SEED, history.messages())
                .isEqualTo(expected);
    }

    /** Reference by exhaustive search: the smallest permitted set of messages that is enough, else the largest. */
    private static List<Message> everyChoice(RandomConversation history, int tokens, int atLeast) {
        List<Message> all = history.messages();
        @Nullable List<Message> enough = null;
        List<Message> least = all;
        for (int set = 0; set < 1 << all.size(); set++) {
            if (!mayGo(history, set)) {
                continue;
            }
            List<Message> kept = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (!in(set, i)) {
                    kept.add(all.get(i));
                }
            }
            if (Integer.bitCount(set) >= atLeast
                    && tokens(kept) <= tokens
                    && (enough == null || kept.size() > enough.size())) {
                enough = kept;
            }
            if (kept.size() < least.size()) {
                least = kept;
            }
        }
        return enough != null ? enough : least;
    }

    private static boolean mayGo(RandomConversation history, int set) {
        List<Message> all = history.messages();
        int asked = all.lastIndexOf(last(all, Message.User.class));
        int ends = all.size() - 1;
        while (ends >= 0 && all.get(ends) instanceof Message.System) {
            ends--;
        }
        boolean olderKept = false;
        boolean opened = set == 0;
        for (int i = 0; i < all.size(); i++) {
            boolean system = all.get(i) instanceof Message.System;
            if (in(set, i) && (system || i == asked || i == ends || olderKept)) {
                return false;
            }
            if (in(set, i) != in(set, history.exchange().get(i))) {
                return false;
            }
            if (!in(set, i) && !system) {
                if (!opened && asked >= 0 && !(all.get(i) instanceof Message.User)) {
                    return false;
                }
                opened = true;
                olderKept |= i != asked;
            }
        }
        return true;
    }

    private static boolean in(int set, int index) {
        return (set >> index & 1) == 1;
    }

    private static int tokens(List<Message> messages) {
        return messages.stream().mapToInt(COUNTER::count).sum();
    }

    /** The last user message; {@code null} if there is none. */
    private static @Nullable Message last(List<Message> messages, Class<? extends Message> kind) {
        @Nullable Message last = null;
        for (Message message : messages) {
            if (kind.isInstance(message) && !(message instanceof Message.System)) {
                last = message;
            }
        }
        return last;
    }
}
