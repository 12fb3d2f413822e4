package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** An API key that is recognised in texts as a whole, encoded, or in part. */
final class CanaryKey {

    private static final String SONG = "q7Zk2VtR9xLw4NcB8hYd3MfJ6sPa1GeU";

    /** Number of consecutive characters that count as an exposure. */
    private static final int ENOUGH = 10;

    private final String key;
    private final Set<String> traces;
    /** First characters of the traces, so that few positions of a text are compared. */
    private final BitSet starts = new BitSet();

    private CanaryKey(String key) {
        this.key = key;
        this.traces = traces(key);
        traces.forEach(trace -> starts.set(pair(trace, 0)));
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
        };

        abstract String of(String key);
    }

    void assertUnseenIn(String where, String text) {
        String result = text.toLowerCase(Locale.ROOT);
        for (int i = 0; i + ENOUGH <= result.length(); i++) {
            if (starts.get(pair(result, i)) && traces.contains(result.substring(i, i + ENOUGH))) {
                throw new AssertionError("The key can be seen in " + where + " at " + i + ":\n" + text);
            }
        }
        assertThat(result).as(where).doesNotContain("**" + lastFour());
    }

    /** Returns an index for the two characters at a position; pairs may share one. */
    private static int pair(String text, int at) {
        return (text.charAt(at) & 0xff) << 8 | text.charAt(at + 1) & 0xff;
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
                key, Echo.BASE64.of(key), Echo.CREDENTIALS.of(key), URLEncoder.encode(key, StandardCharsets.UTF_8))) {
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
