package dev.understudy.gateway.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The tables of docs/reliability.md. */
final class ReliabilityPage {

    private static final Path FILE = Path.of(System.getProperty("understudy.root"), "docs", "reliability.md");
    private static final String BEGIN =
            "<!-- Checked by FaultWallTest, and written by it with -Dunderstudy.write=true. -->";
    private static final String END = "<!-- end of the faults -->";

    private ReliabilityPage() {}

    static List<String> tables() {
        List<String> lines = new ArrayList<>();
        List<Fault> faults = FaultWall.faults();
        long runs =
                faults.stream().mapToLong(fault -> 2L * fault.modes().size()).sum();
        long quick = faults.stream().filter(fault -> !fault.waits()).count();
        lines.add("");
        lines.add(faults.size() + " faults, " + runs + " runs. " + quick + " faults are played in every build, "
                + (faults.size() - quick) + " more with `-P wall`.");
        FaultWall.groups().forEach((title, group) -> {
            lines.addAll(List.of("", "### " + title, ""));
            lines.add("| fault | upstream | the caller must see | gateway | library | run by |");
            lines.add("|---|---|---|---|---|---|");
            group.forEach(fault -> lines.add(row(fault)));
        });
        lines.add("");
        return lines;
    }

    private static String row(Fault fault) {
        String modes = Arrays.stream(Mode.values())
                .filter(fault.modes()::contains)
                .map(Mode::label)
                .collect(Collectors.joining(", "));
        return "| "
                + String.join(
                        " | ",
                        fault.name(),
                        fault.upstream(),
                        fault.caller(),
                        modes,
                        modes,
                        fault.waits() ? "`-P wall`" : "every build")
                + " |";
    }

    static List<String> written() throws IOException {
        List<String> page = Files.readAllLines(FILE);
        return page.subList(page.indexOf(BEGIN) + 1, page.indexOf(END));
    }

    static void write() throws IOException {
        List<String> page = Files.readAllLines(FILE);
        List<String> lines = new ArrayList<>(page.subList(0, page.indexOf(BEGIN) + 1));
        lines.addAll(tables());
        lines.addAll(page.subList(page.indexOf(END), page.size()));
        Files.write(FILE, lines);
    }
}
