package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the profiles of the build name tests and the workflows name profiles that exist: both are skipped silently else. */
class ProfilesTest {

    private static final Pattern SELECTED =
            Pattern.compile("<test>([\\w,]+)</test>|<include>\\*\\*/(\\w+)\\.java</include>");
    private static final Pattern PROFILE = Pattern.compile("<profile>.*?<id>([\\w-]+)</id>", Pattern.DOTALL);
    private static final Pattern USED = Pattern.compile("-P ([\\w-]+)");
    private static final Pattern ACTION = Pattern.compile("uses: (\\S+)");

    @Test
    void selectedTestsExist() {
        Set<String> tests = files("Test.java")
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        List<String> selected = matches("pom.xml", SELECTED)
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                .flatMap(names -> Stream.of(names.split(",")))
                .toList();
        assertThat(selected).isNotEmpty().isSubsetOf(tests);
    }

    @Test
    void usedProfilesExist() {
        Set<String> profiles =
                matches("pom.xml", PROFILE).map(match -> match.group(1)).collect(Collectors.toSet());
        List<String> used = Stream.concat(matches(".yml", USED), matches(".md", USED))
                .map(match -> match.group(1))
                .toList();
        assertThat(used).isNotEmpty().isSubsetOf(profiles);
    }

    @Test
    void actionsArePinnedByCommit() {
        List<String> actions =
                matches(".yml", ACTION).map(match -> match.group(1)).toList();
        assertThat(actions).isNotEmpty().allMatch(action -> action.matches("[\\w./-]+@[0-9a-f]{40}"));
    }

    private static Stream<MatchResult> matches(String ending, Pattern pattern) {
        return files(ending).flatMap(file -> pattern.matcher(read(file)).results());
    }

    private static Stream<Path> files(String ending) {
        try (Stream<Path> all = Files.walk(Page.ROOT)) {
            return all
                    .filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !Page.ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
                    .toList()
                    .stream();
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
