package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An API key that is recognised in texts as a whole, encoded, or in part. */
final class CanaryKey {

    private static final String SONG = "q7Zk2VtR9xLw4NcB8hYd3MfJ6sPa1GeU";

    /** Number of consecutive characters that count as an exposure. */
    private static final int ENOUGH = 10;

    /** Number of consecutive characters of the random part that count, in any spelling. */
    private static final int FEW = 6;

    private static final Pattern ESCAPE =
            Pattern.compile("%[0-9a-f]{2}|\\\\+u[0-9a-f]{4}|&#x[0-9a-f]{1,4};|&#[0-9]{1,5};");

    private final String key;
    private final Strings pieces;
    private final Strings traces;

    /** Strings of one length. Their first characters are indexed, so that few positions of a text are compared. */
    private record Strings(Set<String> all, int length, BitSet starts) {

        static Strings of(Set<String> all, int length) {
            BitSet starts = new BitSet();
            all.forEach(each -> starts.set(pair(each.charAt(0), each.charAt(1))));
            return new Strings(all, length, starts);
        }

        /** Returns the first place of one of the strings; -1 for none. */
        int in(char[] text, int end) {
            for (int i = 0; i + length <= end; i++) {
                if (starts.get(pair(text[i], text[i + 1])) && all.contains(new String(text, i, length))) {
                    return i;
                }
            }
            return -1;
        }

        /** Returns an index for two characters; pairs may share one. */
        private static int pair(char first, char second) {
            return (first & 0xff) << 8 | second & 0xff;
        }
    }

    private CanaryKey(String key) {
        this.key = key;
        this.traces = Strings.of(traces(key), ENOUGH);
        this.pieces = Strings.of(
                IntStream.rangeClosed(0, SONG.length() - FEW)
                        .mapToObj(i -> SONG.substring(i, i + FEW).toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet()),
                FEW);
    }

    String key() {
        return key;
    }

    /** Returns a key of the common form of vendors. */
    static CanaryKey wellKnown() {
        return new CanaryKey("sk-canary-" + SONG);
    }

    /** Returns a key of an unknown form. */
    static CanaryKey plain() {
        return new CanaryKey("CanaryKey" + SONG);
    }

    /** Forms in which servers echo a key. */
    enum Echo {
        WHOLE {
            @Override
            String of(String key) {
                return key;
            }
        },
        BASE64 {
            @Override
            String of(String key) {
                return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
            }
        },
        CREDENTIALS {
            @Override
            String of(String key) {
                return Base64.getEncoder().encodeToString(("user:" + key).getBytes(StandardCharsets.UTF_8));
            }
        },
        QUERY {
            @Override
            String of(String key) {
                return "https://vendor.example/v1/chat?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8) + "&v=1";
            }
        },
        MASKED {
            @Override
            String of(String key) {
                return key.substring(0, 14) + "****************" + key.substring(key.length() - 4);
            }
        },
        BEGINNING {
            @Override
            String of(String key) {
                return key.substring(0, 24) + "...";
            }
        },
        END {
            @Override
            String of(String key) {
                return "..." + key.substring(key.length() - 14);
            }
        },
        PIECE {
            @Override
            String of(String key) {
                return "a key like " + key.substring(17, 23) + " or so";
            }
        },
        HEX {
            @Override
            String of(String key) {
                return HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8));
            }
        },
        PERCENT {
            @Override
            String of(String key) {
                return each(key, "%%%02x"::formatted);
            }
        },
        ENTITIES {
            @Override
            String of(String key) {
                return each(key, "&#%d;"::formatted);
            }
        },
        UNICODE {
            @Override
            String of(String key) {
                return each(key, "\\\\u%04X"::formatted);
            }
        },
        SPACED {
            @Override
            String of(String key) {
                return each(key, "%c "::formatted);
            }
        },
        ZERO_WIDTH {
            @Override
            String of(String key) {
                return each(key, "%c\u200b"::formatted);
            }
        };

        private static String each(String key, IntFunction<String> spelling) {
            return key.chars().mapToObj(spelling).collect(Collectors.joining());
        }

        abstract String of(String key);
    }

    void assertUnseenIn(String where, String text) {
        String result = text.toLowerCase(Locale.ROOT);
        int trace = traces.in(result.toCharArray(), result.length());
        if (trace >= 0) {
            throw new AssertionError("The key can be seen in " + where + " at " + trace + ":\n" + text);
        }
        assertThat(result).as(where).doesNotContain("**" + lastFour());
        String read = ESCAPE.matcher(result).replaceAll(found -> Matcher.quoteReplacement(decoded(found.group())));
        char[] letters = new char[read.length()];
        int count = 0;
        for (int i = 0; i < letters.length; i++) {
            char letter = Character.toLowerCase(read.charAt(i));
            if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
                letters[count++] = letter;
            }
        }
        int piece = pieces.in(letters, count);
        if (piece >= 0) {
            throw new AssertionError("A piece of the key, " + new String(letters, piece, FEW) + ", can be seen in "
                    + where + ":\n" + text);
        }
    }

    private static String decoded(String escape) {
        boolean decimal = escape.startsWith("&") && !escape.startsWith("&#x");
        String digits = escape.replaceAll("^(%|\\\\+u|&#x?)|;$", "");
        return Character.toString(Integer.parseInt(digits, decimal ? 10 : 16));
    }

    /** Checks message, text, causes, suppressed exceptions and stack trace. */
    void assertUnseenIn(Throwable error) {
        StringWriter printed = new StringWriter();
        error.printStackTrace(new PrintWriter(printed));
        assertUnseenIn("the printed trace", printed.toString());
        for (Throwable each = error; each != null; each = each.getCause()) {
            assertUnseenIn("the message of an exception", each.getMessage() + each);
            for (Throwable suppressed : each.getSuppressed()) {
                assertUnseenIn(suppressed);
            }
        }
    }

    private String lastFour() {
        return key.substring(key.length() - 4).toLowerCase(Locale.ROOT);
    }

    private static Set<String> traces(String key) {
        Set<String> traces = new HashSet<>();
        for (String form : List.of(
                key,
                Echo.HEX.of(key),
                Echo.BASE64.of(key),
                Echo.CREDENTIALS.of(key),
                URLEncoder.encode(key, StandardCharsets.UTF_8))) {
            for (int i = 0; i + ENOUGH <= form.length(); i++) {
                traces.add(form.substring(i, i + ENOUGH).toLowerCase(Locale.ROOT));
            }
        }
        traces.remove("sk-canary-");
        return traces;
    }

    @Override
    public String toString() {
        return key.substring(0, 3);
    }
}
