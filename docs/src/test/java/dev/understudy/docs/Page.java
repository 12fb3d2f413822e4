package dev.understudy.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A page of the documentation: the README, or a file below docs. */
record Page(Path path, List<String> lines) {

    static final Path ROOT = Path.of(System.getProperty("understudy.root", ".."))
            .toAbsolutePath()
            .normalize();

    /** Fenced block: the page, the line where it begins, its info string ("java") and its lines. */
    record Fence(Page page, int line, String info, List<String> lines) {
        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    static Page of(String name) {
        Path path = ROOT.resolve(name);
        try {
            return new Page(path, Files.readAllLines(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the README, the pages for contributors, and all pages below docs. */
    static Stream<Page> all() {
        return Stream.of(Stream.of("README.md"), below(".github"), below("docs"))
                .flatMap(names -> names)
                .map(Page::of);
    }

    private static Stream<String> below(String folder) {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            return files
                    .map(file -> ROOT.relativize(file).toString())
                    .filter(name -> name.endsWith(".md"))
                    .filter(name -> !name.contains("/target/") && !name.contains("/src/"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Fence> fences() {
        List<Fence> fences = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```")) {
                int begin = i++;
                while (i < lines.size() && !lines.get(i).startsWith("```")) {
                    i++;
                }
                fences.add(
                        new Fence(this, begin + 1, lines.get(begin).substring(3).trim(), lines.subList(begin + 1, i)));
            }
        }
        return fences;
    }

    /** Returns the lines below a heading of rank 2, up to the next one; empty without such a heading. */
    Page section(String heading) {
        int begin = lines.indexOf("## " + heading);
        if (begin < 0) {
            return new Page(path, List.of());
        }
        int end = begin + 1;
        while (end < lines.size() && !lines.get(end).startsWith("## ")) {
            end++;
        }
        return new Page(path, lines.subList(begin + 1, end));
    }

    List<String> headings() {
        return lines.stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ +", ""))
                .toList();
    }

    /** Returns the cells of all tables of this page, without head and rule. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 2; i < lines.size(); i++) {
            boolean inside = lines.get(i).startsWith("|")
                    && lines.get(i - 1).startsWith("|")
                    && lines.get(i - 2).startsWith("|");
            if (inside) {
                String line = lines.get(i).strip();
                rows.add(Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                        .map(String::strip)
                        .toList());
            }
        }
        return rows;
    }

    @Override
    public String toString() {
        return ROOT.relativize(path).toString();
    }
}
