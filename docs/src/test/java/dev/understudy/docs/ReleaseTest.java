package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks what Maven Central asks of the POMs, and that the lists of published modules agree. */
class ReleaseTest {

    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");
    private static final Pattern OWN =
            Pattern.compile("<artifactId>(understudy-[\\w-]+)</artifactId>\\s*<version>\\$\\{project.version}");
    private static final Pattern EXCLUDED = Pattern.compile("<excludeArtifact>(.*?)</excludeArtifact>");
    private static final String NOT_PUBLISHED = "<maven.deploy.skip>true</maven.deploy.skip>";

    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "integrations/bom/pom.xml"})
    void pomsWithoutParentHaveTheMetadataOfCentral(String pom) throws IOException {
        String before = read(pom).split("<dependencyManagement>")[0];
        assertThat(before)
                .contains("<name>", "<description>", "<url>", "<license>", "<developer>", "<connection>")
                .contains("<developerConnection>");
    }

    @Test
    void publishedModulesHaveNameAndDescription() throws IOException {
        for (String pom : modules()) {
            assertThat(read(pom)).as(pom).contains("<name>", "<description>");
        }
    }

    @Test
    void bomHasThePublishedModulesWithJars() throws IOException {
        Set<String> published = new TreeSet<>();
        for (String pom : modules()) {
            if (!read(pom).contains(NOT_PUBLISHED) && !read(pom).contains("<packaging>pom")) {
                published.add(artifact(pom));
            }
        }
        assertThat(matches(read("integrations/bom/pom.xml"), OWN)).isEqualTo(published);
    }

    @Test
    void uploadLeavesOutTheModulesThatAreNotDeployed() throws IOException {
        Set<String> kept = new TreeSet<>();
        for (String pom : modules()) {
            if (read(pom).contains(NOT_PUBLISHED)) {
                kept.add(artifact(pom));
            }
        }
        assertThat(kept).isNotEmpty().isEqualTo(matches(read("pom.xml"), EXCLUDED));
    }

    private static List<String> modules() throws IOException {
        String parent = read("pom.xml");
        String defaults = parent.split("</modules>")[0];
        String kotlin = parent.split("<id>kotlin</id>")[1].split("</modules>")[0];
        return matches(defaults + kotlin, MODULE).stream()
                .map(module -> module + "/pom.xml")
                .toList();
    }

    private static String artifact(String pom) throws IOException {
        String own = read(pom).replaceFirst("(?s)<parent>.*?</parent>", "");
        return matches(own.split("<name>")[0], Pattern.compile("<artifactId>(.*?)</artifactId>"))
                .iterator()
                .next();
    }

    private static Set<String> matches(String text, Pattern pattern) {
        Stream<MatchResult> all = pattern.matcher(text).results();
        return all.map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String read(String file) throws IOException {
        return Files.readString(Page.ROOT.resolve(file));
    }
}
