package dev.understudy.provider;

import dev.understudy.chat.FailureKind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that vendors say in words.
 *
 * @param words the ways to say it
 * @param at the statuses it is believed at (0 is an in-band error without one); empty means all
 * @param unless what must not be said with it
 * @param refused the feature that is refused by it
 */
record Fragment(
        FailureKind kind,
        List<Wording> words,
        Set<Integer> at,
        List<Wording> unless,
        @Nullable String refused) {

    static Fragment row(FailureKind kind, String words) {
        return new Fragment(kind, Wording.all(words), Set.of(), List.of(), null);
    }

    Fragment at(Integer... statuses) {
        return new Fragment(kind, words, Set.of(statuses), unless, refused);
    }

    Fragment unless(String otherWords) {
        return new Fragment(kind, words, at, Wording.all(otherWords), refused);
    }

    Fragment refusing(String feature) {
        return new Fragment(kind, words, at, unless, feature);
    }

    boolean fits(int status, String lowerCase) {
        return (at.isEmpty() || at.contains(status))
                && Wording.anyIn(words, lowerCase)
                && !Wording.anyIn(unless, lowerCase);
    }
}
