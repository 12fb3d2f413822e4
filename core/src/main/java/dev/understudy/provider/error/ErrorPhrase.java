package dev.understudy.provider.error;

import dev.understudy.chat.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A failure that vendors report in text only, and the wordings that denote it.
 *
 * @param words the wordings, any of which matches
 * @param at statuses at which it applies (0 is an in-band error without one); empty means all
 * @param unless wordings that exclude it
 * @param refused the feature it refuses
 * @param certain true if the wordings are so specific that they overrule a vague code of a server failure
 */
public record ErrorPhrase(
        FailureKind kind,
        List<Wording> words,
        Set<Integer> at,
        List<Wording> unless,
        @Nullable String refused,
        boolean certain) {

    /** @param words one pattern a line, each followed by {@code @} and its source */
    static ErrorPhrase row(FailureKind kind, String words) {
        return new ErrorPhrase(kind, Wording.sourced(words), Set.of(), List.of(), null, false);
    }

    ErrorPhrase at(Integer... statuses) {
        return new ErrorPhrase(kind, words, Set.of(statuses), unless, refused, certain);
    }

    ErrorPhrase unless(String otherWords) {
        return new ErrorPhrase(kind, words, at, Wording.all(otherWords), refused, certain);
    }

    ErrorPhrase refusing(String feature) {
        return new ErrorPhrase(kind, words, at, unless, feature, certain);
    }

    ErrorPhrase asCertain() {
        return new ErrorPhrase(kind, words, at, unless, refused, true);
    }

    /**
     * Returns true if the phrase may overrule the vendor's own code for another kind. Phrases about keys and quotas
     * overrule a code for a server failure only with a status of the client or if they are certain, and never one for
     * overload or a rate limit of another status.
     */
    boolean refines(int status, @Nullable FailureKind coded) {
        boolean key = kind == FailureKind.AUTH;
        if (coded == null || !(key || kind == FailureKind.QUOTA)) {
            return true;
        }
        return switch (coded) {
            case SERVER -> certain || (status >= 400 && status < 500);
            case OVERLOADED -> status >= 400 && status < 500;
            case RATE_LIMITED -> !key;
            default -> true;
        };
    }

    boolean occursIn(String lowerCase) {
        return words.stream()
                .anyMatch(wording -> !wording.pattern().pattern().isEmpty()
                        && wording.pattern().matcher(lowerCase).find());
    }

    /** Returns true if other calls feel the consequences of this kind, and the status alone does not denote it. */
    boolean concernsOthers(int status) {
        return switch (kind) {
            case AUTH -> status != 401;
            case QUOTA -> status != 402;
            case FORBIDDEN -> status != 403;
            case MODEL_NOT_FOUND -> status != 410;
            case RATE_LIMITED -> status != 429;
            case OVERLOADED -> status != 503 && status != 529;
            case SERVER -> status < 500;
            case UNSUPPORTED -> true;
            default -> false;
        };
    }

    /** Returns true if the request contains each text of the words that fits. */
    boolean isFromRequest(String lowerCase, TextSpan ofRequest) {
        for (Wording wording : words) {
            if (!wording.pattern.pattern().isEmpty() && lowerCase.contains(wording.literal)) {
                Matcher matcher = wording.pattern.matcher(lowerCase);
                while (matcher.find()) {
                    if (!ofRequest.contains(matcher.start(), matcher.end())) {
                        return false;
                    }
                }
            }
        }
        return words.stream().noneMatch(wording -> wording.pattern.pattern().isEmpty());
    }

    boolean fits(int status, String lowerCase) {
        return (at.isEmpty() || at.contains(status))
                && Wording.anyIn(words, lowerCase)
                && !Wording.anyIn(unless, lowerCase);
    }

    /**
     * A wording: a pattern, and the longest text that every match contains, which is searched first because that is
     * cheap.
     *
     * @param source name of the source in docs/errors.md; "" for a wording that only excludes others
     */
    public record Wording(String literal, Pattern pattern, String source) {

        private static final String SOURCE = " @ ";

        /** Reads one pattern and its source from each line; an empty text is the wording that always occurs. */
        static List<Wording> sourced(String lines) {
            if (lines.isEmpty()) {
                return List.of(of("", ""));
            }
            return lines.lines()
                    .map(line -> {
                        int at = line.lastIndexOf(SOURCE);
                        return of(
                                line.substring(0, at).strip(),
                                line.substring(at + SOURCE.length()).strip());
                    })
                    .toList();
        }

        private static Wording of(String pattern, String source) {
            return new Wording(literalOf(pattern), Pattern.compile(pattern, Pattern.MULTILINE), source);
        }

        /** Splits at {@code |} between spaces and at line ends; all in lower case. */
        static List<Wording> all(String wordings) {
            List<Wording> all = new ArrayList<>();
            for (String each : wordings.strip().split(" \\| |\\n", -1)) {
                all.add(of(each.strip(), ""));
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
