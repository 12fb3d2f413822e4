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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that the profiles of the build name tests and the workflows name profiles that exist: both are skipped silently else. */
class ProfilesTest {

    private static final Pattern SELECTED =
            Pattern.compile("<test>([\\w,]+)</test>|<include>\\*\\*/(\\w+)\\.java</include>");
    private static final Pattern PROFILE = Pattern.compile("<profile>.*?<id>([\\w-]+)</id>", Pattern.DOTALL);
    private static final Pattern USED = Pattern.compile("-P ([\\w-]+)");
    private static final Pattern TEST_DEPENDENCY = Pattern.compile(
            "<dependency>(?:(?!</dependency>).)*<scope>test</scope>(?:(?!</dependency>).)*</dependency>",
            Pattern.DOTALL);
    private static final Pattern TEST_PROPERTY = Pattern.compile("<(understudy\\.[\\w.]+|seed)>[^<$]*</");
    private static final Pattern SUREFIRE = Pattern.compile(
            "<artifactId>maven-surefire-plugin</artifactId>(?:(?!</plugin>).)*</plugin>", Pattern.DOTALL);
    private static final Pattern CHECKED =
            Pattern.compile("<root>\\$\\{project\\.basedir}/([\\w/-]+)/src/main/java</root>");
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

    /** Profile "parallel" tests core and streaming by modules of their own, which repeat what their tests need. */
    @ParameterizedTest
    @ValueSource(strings = {"core", "streaming"})
    void testModulesRunTestsAsTheirModulesDo(String module) {
        String own = read(Page.ROOT.resolve(module).resolve("pom.xml"));
        String tests = read(Page.ROOT.resolve(module).resolve("tests.xml"));
        assertThat(found(TEST_DEPENDENCY, tests)).isNotEmpty().isEqualTo(found(TEST_DEPENDENCY, own));
        assertThat(found(TEST_PROPERTY, tests)).isEqualTo(found(TEST_PROPERTY, own));
        assertThat(found(SUREFIRE, tests)).hasSize(1).isEqualTo(found(SUREFIRE, own));
    }

    /** Matches before the profiles. */
    private static List<String> found(Pattern pattern, String pom) {
        return pattern.matcher(pom.split("<profiles>")[0])
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** Profile "checks" checks most modules in one run of the compiler; these switch off the run of their own. */
    @Test
    void modulesAreCheckedTogetherOrByThemselves() {
        Set<String> together =
                matches(".checks.xml", CHECKED).map(match -> match.group(1)).collect(Collectors.toSet());
        Set<String> withoutOwnChecks = files("pom.xml")
                .filter(pom -> read(pom).contains("<main.error-prone>${error-prone.off}</main.error-prone>"))
                .map(pom -> Page.ROOT.relativize(pom.getParent()).toString())
                .collect(Collectors.toSet());
        assertThat(together).isNotEmpty().isEqualTo(withoutOwnChecks);
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
