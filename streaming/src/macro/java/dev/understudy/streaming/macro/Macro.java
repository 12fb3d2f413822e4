package dev.understudy.streaming.macro;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Measures clients side by side, each in a JVM of its own, against an upstream in a process of its own that is pinned to
 * one processor. The clients of a scenario run in turn, round after round, and are compared within each round. Prints
 * tables and writes plots.
 */
public final class Macro {

    private static final int ROUNDS = Integer.getInteger("macro.rounds", 9);
    private static final Pattern SCENARIOS = Pattern.compile(System.getProperty("macro.scenarios", ".*"));
    private static final Pattern SUBJECTS = Pattern.compile(System.getProperty("macro.subjects", ".*"));
    private static final Path PLOTS = Path.of(System.getProperty("macro.plots", "target"));

    /** Runs before the first round; C2 is at work during the first twenty. */
    private static final int WARM_UP = Integer.getInteger("macro.warmup", 20);

    private Macro() {}

    public static void main(String[] args) throws Exception {
        List<Scenario> scenarios = Scenario.ALL.stream()
                .filter(scenario -> SCENARIOS.matcher(scenario.name()).find())
                .toList();
        Set<String> names = scenarios.stream()
                .flatMap(scenario -> scenario.subjects().stream())
                .filter(name -> SUBJECTS.matcher(name).matches())
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
        try (Child upstream = new Child(0, "-Xmx128m", Upstream.class)) {
            int port = Integer.parseInt(upstream.read());
            Map<String, Child> workers = new LinkedHashMap<>();
            for (String name : names) {
                workers.put(name, new Child(-1, "-Xmx256m", Worker.class, name));
            }
            List<Table> tables = new ArrayList<>();
            for (Scenario scenario : scenarios) {
                Table table = measure(scenario, port, upstream, workers);
                System.out.println(table.markdown());
                tables.add(table);
            }
            workers.values().forEach(Child::close);
            Plot.write(tables, PLOTS);
        }
        System.exit(0);
    }

    private static Table measure(Scenario scenario, int port, Child upstream, Map<String, Child> workers)
            throws Exception {
        Map<String, List<Table.Run>> runs = new LinkedHashMap<>();
        for (String name : scenario.subjects()) {
            Child worker = workers.get(name);
            if (worker != null) {
                runs.put(name, new ArrayList<>());
                for (int i = 0; i < WARM_UP; i++) {
                    worker.ask(scenario.line(port, scenario.operations()));
                }
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, List<Table.Run>> subject : runs.entrySet()) {
                upstream.ask("");
                Sample sample =
                        Sample.parse(workers.get(subject.getKey()).ask(scenario.line(port, scenario.operations())));
                subject.getValue().add(new Table.Run(sample, Long.parseLong(upstream.ask(""))));
            }
        }
        return new Table(scenario, runs);
    }
}
