package dev.understudy.provider.error;

import dev.understudy.chat.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A failure that vendors report in text only, and the wordings that denote it.
 *
 * @param words the wordings, any of which matches
 * @param at statuses at which it applies (0 is an in-band error without one); empty means all
 * @param unless wordings that exclude it
 * @param refused the feature it refuses
 */
public record ErrorPhrase(
        FailureKind kind,
        List<Wording> words,
        Set<Integer> at,
        List<Wording> unless,
        @Nullable String refused) {

    static ErrorPhrase row(FailureKind kind, String words) {
        return new ErrorPhrase(kind, Wording.all(words), Set.of(), List.of(), null);
    }

    ErrorPhrase at(Integer... statuses) {
        return new ErrorPhrase(kind, words, Set.of(statuses), unless, refused);
    }

    ErrorPhrase unless(String otherWords) {
        return new ErrorPhrase(kind, words, at, Wording.all(otherWords), refused);
    }

    ErrorPhrase refusing(String feature) {
        return new ErrorPhrase(kind, words, at, unless, feature);
    }

    /**
     * Returns true if the phrase may overrule the vendor's own code for another kind. Phrases about keys and quotas
     * do not overrule a code or status of a server failure, nor do phrases about keys overrule a rate limit code.
     */
    boolean refines(int status, @Nullable FailureKind coded) {
        boolean key = kind == FailureKind.AUTH;
        if (coded == null || !(key || kind == FailureKind.QUOTA)) {
            return true;
        }
        return switch (coded) {
            case SERVER, OVERLOADED -> status >= 400 && status < 500;
            case RATE_LIMITED -> !key;
            default -> true;
        };
    }

    boolean occursIn(String lowerCase) {
        return words.stream()
                .anyMatch(wording -> !wording.pattern().pattern().isEmpty()
                        && wording.pattern().matcher(lowerCase).find());
    }

    boolean fits(int status, String lowerCase) {
        return (at.isEmpty() || at.contains(status))
                && Wording.anyIn(words, lowerCase)
                && !Wording.anyIn(unless, lowerCase);
    }

    /**
     * A wording: a pattern, and the longest text that every match contains, which is searched first because that is
     * cheap.
     */
    public record Wording(String literal, Pattern pattern) {

        /** Splits at {@code |} between spaces and at line ends; all in lower case. */
        static List<Wording> all(String wordings) {
            List<Wording> all = new ArrayList<>();
            for (String each : wordings.strip().split(" \\| |\\n", -1)) {
                String wording = each.strip();
                all.add(new Wording(literalOf(wording), Pattern.compile(wording, Pattern.MULTILINE)));
            }
            return List.copyOf(all);
        }

        /** Returns true if any of the wordings occurs in the text. */
        static boolean anyIn(List<Wording> wordings, String lowerCase) {
            for (Wording wording : wordings) {
                if (lowerCase.contains(wording.literal)
                        && wording.pattern.matcher(lowerCase).find()) {
                    return true;
                }
            }
            return false;
        }

        /** Returns the longest run of non-optional characters outside of groups, classes and escapes. */
        public static String literalOf(String regex) {
            String longest = "";
            StringBuilder run = new StringBuilder();
            for (int i = 0; i <= regex.length(); i++) {
                char c = i < regex.length() ? regex.charAt(i) : '$';
                if (c == '?' || c == '*' || c == '{') {
                    run.setLength(Math.max(0, run.length() - 1));
                }
                if ("\\.[]{}()*+?^$|".indexOf(c) < 0) {
                    run.append(c);
                    continue;
                }
                longest = run.length() > longest.length() ? run.toString() : longest;
                run.setLength(0);
                i = switch (c) {
                    case '\\' -> i + 1;
                    case '(' -> closing(regex, i, '(', ')');
                    case '[' -> closing(regex, i, '[', ']');
                    case '{' -> closing(regex, i, '{', '}');
                    default -> i;
                };
            }
            return longest;
        }

        private static int closing(String regex, int from, char open, char close) {
            int depth = 0;
            for (int i = from; i < regex.length(); i++) {
                char c = regex.charAt(i);
                if (c == '\\') {
                    i++;
                } else if (c == open) {
                    depth++;
                } else if (c == close && --depth == 0) {
                    return i;
                }
            }
            throw new IllegalArgumentException("Not closed: " + regex);
        }
    }
}
