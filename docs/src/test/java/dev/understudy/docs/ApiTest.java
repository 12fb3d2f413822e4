package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Compares the public API of all modules with docs/api.txt, so that a change of API is a visible change. */
class ApiTest {

    private static final Path ROOT = Path.of(System.getProperty("understudy.root"));
    private static final Path PINNED = ROOT.resolve("docs/api.txt");

    /** {@code -Dapi.update=true} writes the file anew. */
    @Test
    void publicApiIsThePinnedOne() throws IOException {
        String api = PublicApi.of(ROOT).text();
        if (System.getProperty("api.update") != null) {
            Files.writeString(PINNED, api);
        }
        assertThat(api).isEqualTo(Files.readString(PINNED));
    }

    @Test
    void publicTypesAreFew() throws IOException {
        assertThat(PublicApi.of(ROOT).types()).hasSizeBetween(40, 80);
    }
}
