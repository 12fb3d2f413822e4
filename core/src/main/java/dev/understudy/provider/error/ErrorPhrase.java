package dev.understudy.provider.error;

import dev.understudy.chat.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A failure that vendors report in words only, and the wordings that mean it.
 *
 * @param words the ways to say it
 * @param at the statuses it is believed at (0 is an in-band error without one); empty means all
 * @param unless what must not be said with it
 * @param refused the feature that is refused by it
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
     * Whether words may say this where the vendor's own code names another kind. Words about keys and money do not stand
     * against a code or a status that says that the server failed, nor words about keys against a code for rates.
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

    boolean says(String lowerCase) {
        return words.stream()
                .anyMatch(way -> !way.pattern().pattern().isEmpty()
                        && way.pattern().matcher(lowerCase).find());
    }

    boolean fits(int status, String lowerCase) {
        return (at.isEmpty() || at.contains(status))
                && Wording.anyIn(words, lowerCase)
                && !Wording.anyIn(unless, lowerCase);
    }

    /**
     * One wording: a pattern, and the longest text that every match contains, which is looked for first because that
     * costs next to nothing.
     */
    public record Wording(String literal, Pattern pattern) {

        /** Splits at {@code |} between spaces and at line ends; all in lower case. */
        static List<Wording> all(String ways) {
            List<Wording> all = new ArrayList<>();
            for (String each : ways.strip().split(" \\| |\\n")) {
                String way = each.strip();
                all.add(new Wording(literalOf(way), Pattern.compile(way, Pattern.MULTILINE)));
            }
            return List.copyOf(all);
        }

        /** Whether any of them is said. */
        static boolean anyIn(List<Wording> ways, String lowerCase) {
            for (Wording way : ways) {
                if (lowerCase.contains(way.literal)
                        && way.pattern.matcher(lowerCase).find()) {
                    return true;
                }
            }
            return false;
        }

        /** The longest run of characters outside of groups, classes and escapes that is not optional. */
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
