package dev.understudy.streaming.macro;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Measures clients side by side, each in a JVM of its own, against an upstream in a process of its own that is pinned to
 * one processor. The clients of a scenario run in turn, round after round, and are compared within each round. Prints
 * tables and writes plots.
 */
public final class Macro {

    private static final Pattern SCENARIOS = Pattern.compile(System.getProperty("macro.scenarios", ".*"));
    private static final Pattern SUBJECTS = Pattern.compile(System.getProperty("macro.subjects", ".*"));
    private static final Path PLOTS = Path.of(System.getProperty("macro.plots", "target"));

    private final Child upstream;
    private final int port;
    private final Map<String, Client> clients = new LinkedHashMap<>();

    private Macro(Child upstream) throws IOException {
        this.upstream = upstream;
        this.port = Integer.parseInt(upstream.read());
    }

    public static void main(String[] args) throws Exception {
        List<Table> tables = new ArrayList<>();
        try (Child upstream = new Child(0, "-Xmx256m", Upstream.class)) {
            Macro macro = new Macro(upstream);
            for (Scenario scenario : Scenario.ALL) {
                if (SCENARIOS.matcher(scenario.name()).find()) {
                    long began = System.nanoTime();
                    Table table =
                            new Table(scenario, scenario.isApart() ? macro.apart(scenario) : macro.together(scenario));
                    tables.add(table);
                    System.out.println(Markdown.of(table, Scenario.withoutFaults(tables)));
                    System.out.printf(Locale.ROOT, "%.0f s%n", (System.nanoTime() - began) / 1e9);
                }
            }
            macro.clients.values().forEach(Client::close);
        }
        Plot.write(tables, PLOTS);
        System.exit(0);
    }

    private static List<String> subjects(Scenario scenario) {
        return scenario.subjects().stream()
                .filter(name -> SUBJECTS.matcher(name).matches())
                .toList();
    }

    /** The clients take turns in each round. */
    private Map<String, List<Table.Run>> together(Scenario scenario) throws IOException {
        Map<String, List<Table.Run>> runs = new LinkedHashMap<>();
        for (String name : subjects(scenario)) {
            if (!clients.containsKey(name)) {
                clients.put(name, new Client(name, "-Xmx256m"));
            }
            clients.get(name).warm(scenario);
            runs.put(name, new ArrayList<>());
        }
        for (int round = 0; round < scenario.rounds(); round++) {
            for (Map.Entry<String, List<Table.Run>> subject : runs.entrySet()) {
                subject.getValue().add(clients.get(subject.getKey()).run(scenario.job()));
            }
        }
        return runs;
    }

    /** Each client has all its runs in a process of its own, because memory is measured. */
    private Map<String, List<Table.Run>> apart(Scenario scenario) throws IOException {
        Map<String, List<Table.Run>> runs = new LinkedHashMap<>();
        for (String name : subjects(scenario)) {
            List<Table.Run> own = new ArrayList<>();
            try (Client client = new Client(name, "-Xmx1g")) {
                client.warm(scenario);
                for (int round = 0; round < scenario.rounds(); round++) {
                    own.add(client.run(scenario.job()));
                }
            }
            runs.put(name, own);
        }
        return runs;
    }

    /** Process of one client. */
    private final class Client implements AutoCloseable {

        private final Child worker;
        private final Set<Job.Kind> warm = EnumSet.noneOf(Job.Kind.class);

        Client(String name, String memory) throws IOException {
            this.worker = new Child(-1, memory, Worker.class, name);
        }

        void warm(Scenario scenario) throws IOException {
            if (warm.add(scenario.job().kind())) {
                for (int i = 0; i < scenario.warm(); i++) {
                    run(scenario.warming());
                }
            }
            for (int i = 0; i < scenario.warmUp(); i++) {
                run(scenario.job());
            }
        }

        Table.Run run(Job job) throws IOException {
            upstream.ask("");
            Sample sample = Sample.parse(worker.ask(job.line(port)));
            return new Table.Run(sample, Long.parseLong(upstream.ask("")));
        }

        @Override
        public void close() {
            worker.close();
        }
    }
}
