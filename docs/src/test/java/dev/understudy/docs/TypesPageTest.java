package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares docs/types.md with the public types of the modules. */
class TypesPageTest {

    private static final Page PAGE = Page.of("docs/types.md");

    @Test
    void pageListsEveryPublicTypeOnce() throws IOException {
        List<String> listed = PAGE.headings().stream()
                .flatMap(name -> PAGE.section(name).rows().stream()
                        .map(row -> name + "." + row.get(0).replace("`", "")))
                .toList();
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(PublicApi.of(Page.ROOT).types());
    }

    @Test
    void everyTypeHasItsLine() {
        assertThat(PAGE.rows()).isNotEmpty().allSatisfy(row -> assertThat(row.get(1))
                .hasSizeBetween(10, 160));
    }
}
