package dev.understudy.docs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks packages, modules and class circles of all modules of the library. */
class ArchitectureTest {

    private static final Path ROOT = Path.of(System.getProperty("understudy.root"));
    private static final int FILES_PER_PACKAGE = 40;
    private static final Pattern EXPORT =
            Pattern.compile("^\\s*exports\\s+([\\w.]+)\\s*(?:to\\s+[\\w.\\s]+)?;", Pattern.MULTILINE);

    /** The modules that have a descriptor, by folder. */
    private static final List<String> MODULES = List.of("core", "streaming", "integrations/ops");

    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/examples/"))
            .importPackages("dev.understudy");

    @Test
    void packagesHaveNoCircle() {
        SlicesRuleDefinition.slices()
                .assignedFrom(new PackageSlices())
                .should()
                .beFreeOfCycles()
                .check(LIBRARY);
    }

    @Test
    void packageHasAtMostFortyFiles() throws IOException {
        Map<String, Long> files;
        try (Stream<Path> all = Files.walk(ROOT)) {
            files = all.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> path.toString().contains("/src/main/java/"))
                    .filter(path -> !path.endsWith("package-info.java"))
                    .collect(Collectors.groupingBy(
                            path -> ROOT.relativize(path.getParent()).toString(), TreeMap::new, Collectors.counting()));
        }
        assertThat(files)
                .isNotEmpty()
                .allSatisfy((folder, count) -> assertThat(count).as(folder).isLessThanOrEqualTo(FILES_PER_PACKAGE));
    }

    @Test
    void unexportedPackagesAreUsedByTheirModuleOnly() throws IOException {
        for (String module : MODULES) {
            Set<String> own = packages(module);
            Set<String> hidden = new TreeSet<>(own);
            hidden.removeAll(exports(module));
            noClasses()
                    .that(resideIn("outside of " + module, own).negate())
                    .should()
                    .dependOnClassesThat(resideIn("hidden in " + module, hidden))
                    .allowEmptyShould(true)
                    .check(LIBRARY);
        }
    }

    /** Each line of the file is one circle: the simple names of its classes. A circle may lose classes, none may grow. */
    @Test
    void classCirclesOnlyShrink() throws IOException {
        List<Set<String>> found = new Circles(LIBRARY).names();
        if (System.getProperty("circles.update") != null) {
            Files.writeString(
                    ROOT.resolve("docs/class-circles.txt"),
                    "# Classes that need each other, a circle a line. The list may only shrink.\n"
                            + found.stream()
                                    .map(circle -> String.join(" ", new TreeSet<>(circle)) + "\n")
                                    .collect(Collectors.joining()));
            return;
        }
        List<Set<String>> allowed = Files.readAllLines(ROOT.resolve("docs/class-circles.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> Set.of(line.split(" ")))
                .toList();
        assertThat(found).allSatisfy(circle -> assertThat(allowed)
                .anySatisfy(old -> assertThat(old).containsAll(circle)));
        assertThat(found.stream().mapToInt(Set::size).sum()).isLessThanOrEqualTo(75);
    }

    private static DescribedPredicate<JavaClass> resideIn(String description, Set<String> packages) {
        return DescribedPredicate.describe(description, type -> packages.contains(type.getPackageName()));
    }

    private static Set<String> exports(String module) throws IOException {
        Set<String> exports = new TreeSet<>();
        Matcher lines = EXPORT.matcher(Files.readString(ROOT.resolve(module + "/src/main/java/module-info.java")));
        while (lines.find()) {
            exports.add(lines.group(1));
        }
        return exports;
    }

    private static Set<String> packages(String module) throws IOException {
        Path sources = ROOT.resolve(module + "/src/main/java");
        try (Stream<Path> all = Files.walk(sources)) {
            return all.filter(path -> path.toString().endsWith(".java"))
                    .map(path -> sources.relativize(path.getParent()).toString().replace('/', '.'))
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
