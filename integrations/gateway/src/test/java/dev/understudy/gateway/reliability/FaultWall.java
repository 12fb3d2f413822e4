package dev.understudy.gateway.reliability;

import dev.understudy.gateway.GatewayClient;
import dev.understudy.gateway.RunningGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Runs faults through the gateway and through the library, many at a time, and collects what went wrong. */
final class FaultWall {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final int AT_A_TIME = 40;
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private FaultWall() {}

    /** All faults by heading, in the order of the documentation. */
    static Map<String, List<Fault>> groups() {
        Map<String, List<Fault>> groups = new LinkedHashMap<>();
        groups.put("Common faults", CommonFaults.all().toList());
        groups.put("Refusals", RefusalFaults.all().toList());
        groups.put("Connections and HTTP", TransportFaults.all().toList());
        groups.put("Answers", AnswerFaults.all().toList());
        groups.put("Servers and proxies", ServerFaults.all().toList());
        groups.put("Interruptions", TakeoverFaults.all().toList());
        return groups;
    }

    static List<Fault> faults() {
        return groups().values().stream().flatMap(List::stream).toList();
    }

    /**
     * Runs the faults and returns one line for each that did not end as it must.
     *
     * @param all true to run each in each mode through the gateway and the library, else through one of them, in turn
     */
    static List<String> run(List<Fault> faults, Path folder, boolean all) throws IOException, InterruptedException {
        List<Fixture> stages = new ArrayList<>();
        try {
            Map<String, Fixture> agents = new LinkedHashMap<>();
            for (Fault fault : faults) {
                for (Mode mode : Mode.values()) {
                    if (!fault.modes().contains(mode)) {
                        continue;
                    }
                    boolean gateway = stages.size() % 2 == 0;
                    if (all || gateway) {
                        Fixture behind = new Fixture(fault, mode);
                        stages.add(behind);
                        agents.put("agent-" + agents.size(), behind);
                    }
                    if (all || !gateway) {
                        Fixture direct = new Fixture(fault, mode);
                        stages.add(direct);
                        direct.caller("library", new LibraryCaller(fault, direct.upstreams()));
                    }
                }
            }
            Path file = folder.resolve("understudy.yaml");
            Files.writeString(file, configuration(agents));
            try (RunningGateway gateway = RunningGateway.start(file, environment(faults))) {
                GatewayClient client = new GatewayClient(gateway.port());
                agents.forEach((agent, fixture) ->
                        fixture.caller("gateway", new GatewayCaller(gateway.port(), client, agent)));
                return play(stages);
            }
        } finally {
            stages.forEach(Fixture::close);
        }
    }

    /** Those that wait begin first, all at once: they cost nothing. The others run a few at a time. */
    private static List<String> play(List<Fixture> stages) throws InterruptedException {
        ExecutorService waiting = Executors.newCachedThreadPool(FaultWall::daemon);
        ExecutorService busy = Executors.newFixedThreadPool(AT_A_TIME, FaultWall::daemon);
        try {
            List<Future<?>> running = stages.stream()
                    .<Future<?>>map(fixture -> (fixture.fault().waits() ? waiting : busy).submit(() -> {
                        fixture.play();
                        return null;
                    }))
                    .toList();
            long start = System.nanoTime();
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < stages.size(); i++) {
                Fixture fixture = stages.get(i);
                String problem = problem(running.get(i), start);
                if (problem != null) {
                    wrong.add(fixture + ": " + problem);
                }
            }
            return wrong;
        } finally {
            waiting.shutdownNow();
            busy.shutdownNow();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "fault-wall");
        thread.setDaemon(true);
        return thread;
    }

    private static String problem(Future<?> run, long start) throws InterruptedException {
        try {
            run.get(LIMIT.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            return null;
        } catch (TimeoutException late) {
            run.cancel(true);
            return "no end within " + LIMIT.toSeconds() + " s";
        } catch (ExecutionException failed) {
            return String.valueOf(Objects.requireNonNull(failed.getCause()).getMessage())
                    .strip();
        }
    }

    /** The documented configuration of the gateway, with the providers and agents of the faults. */
    private static String configuration(Map<String, Fixture> agents) throws IOException {
        Path documented =
                Path.of(System.getProperty("understudy.root"), "integrations", "gateway", "deploy", "understudy.yaml");
        JsonNode defaults = YAML.readTree(Files.readString(documented)).get("defaults");
        ObjectNode document = YAML.createObjectNode();
        ObjectNode providers = document.putObject("providers");
        document.set("defaults", defaults);
        ObjectNode all = document.putObject("agents");
        agents.forEach((agent, fixture) -> {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < fixture.upstreams().size(); i++) {
                Slot slot = fixture.fault().slots().get(i);
                names.add(agent + "-" + (i + 1));
                ObjectNode provider = providers.putObject(names.get(i));
                provider.put("dialect", slot.dialect());
                provider.put("baseUrl", fixture.upstream(i).url());
                provider.put("model", slot.model());
                slot.keys().forEach(key -> provider.withArray("keys").add("${" + variable(key) + "}"));
            }
            ObjectNode described = all.putObject(agent);
            described.put("primary", names.get(0));
            names.subList(1, names.size())
                    .forEach(name -> described.withArray("backups").add(name));
        });
        return YAML.writeValueAsString(document);
    }

    private static Map<String, String> environment(List<Fault> faults) {
        Map<String, String> environment = new LinkedHashMap<>();
        faults.stream()
                .flatMap(fault -> fault.slots().stream())
                .flatMap(slot -> slot.keys().stream())
                .forEach(key -> environment.put(variable(key), key));
        return environment;
    }

    private static String variable(String key) {
        return key.replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    }
}
