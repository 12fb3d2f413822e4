package dev.understudy.simulation;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.event.ProviderStatus.CircuitState;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.Selection;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.util.context.Context;

/**
 * One simulated world and its calls, all of which follow from a seed: client, providers, dialects and framings are those
 * of the library; time, threads, network and vendors are simulated.
 */
final class Simulation {

    private static final long SECOND = 1_000_000_000L;
    private static final long BURST = 4 * SECOND;
    private static final long TROUBLE = 60 * SECOND;
    private static final long HEALED = Tasks.START + 70 * SECOND;

    /** After this time each provider is used again: cooldowns of keys and models last ten minutes. */
    private static final long RECOVERED = HEALED + 11 * 60 * SECOND;

    /**
     * Most requests of one call at one provider: three attempts with three more keys each, and as many for takeovers.
     */
    private static final int REQUESTS = 24;

    private static final long END = RECOVERED + 60 * SECOND;
    /** Time in which a signal passes from a timer to the caller. */
    private static final long LATE = 5_000_000;

    /** Limit of the wait for the end of a body after the last event, with time for its way to the caller. */
    private static final long DRAIN = 2 * SECOND + 50_000_000;

    /** Time in which connections that are opened are closed with the client. */
    private static final long CLOSED = 20_000_000;

    /** Share of vendors that speak TLS. */
    private static final double SECURE = 0.15;

    private static final String MODEL = "m";
    private static final Pattern KEY = Pattern.compile("key-\\p{XDigit}+");

    /**
     * Result of a simulation.
     *
     * @param violation what an invariant found first, and when; {@code null} for none
     * @param hash hash of the history
     * @param history the history, "" unless it was kept
     * @param steps tasks that ran
     */
    record Result(long seed, @Nullable String violation, long hash, String history, long steps, Reached reached) {}

    private final long seed;
    private final Chance chance;
    private final boolean large; // most worlds are small, so that many of them run
    private final Tasks tasks;
    private final History history;
    private final Reached reached = new Reached();
    private final World shared;
    private final Network network;
    private final List<Vendor> vendors = new ArrayList<>();
    private final List<OwnProvider> own = new ArrayList<>();
    private final List<Caller> callers = new ArrayList<>();
    private final Map<Long, Integer> ends = new HashMap<>();
    private final Tasks.Lane world = new Tasks.Lane("world");
    private final SimulatedScheduler.Executors executors;
    private final AttemptRules attemptRules;
    private final Map<String, Integer> keys = new HashMap<>();
    private @Nullable String violation;
    private boolean closing;
    private final Map<Long, Integer> calls = new HashMap<>(); // by the number in their events
    private int subscribed = -1; // the call that is being subscribed to
    private int started;

    private Simulation(long seed, boolean keep) {
        this.seed = seed;
        this.chance = new Chance(seed);
        this.large = chance.of(0.08);
        this.tasks = new Tasks(chance.split());
        this.history = new History(tasks, keep);
        this.shared = new World(tasks, chance, history, reached, this::violated);
        this.network = new Network(shared.split());
        this.attemptRules = new AttemptRules(shared);
        this.executors = SimulatedScheduler.Executors.of(tasks, chance.split());
    }

    /** Runs the world of a seed. */
    static Result simulate(long seed, boolean keep) {
        Simulation simulation = new Simulation(seed, keep);
        SimulatedScheduler.enter(simulation.executors);
        try {
            simulation.run();
        } catch (Stopped stopped) {
            simulation.history.add("stopped");
        } catch (RuntimeException | AssertionError thrown) {
            java.io.StringWriter trace = new java.io.StringWriter();
            thrown.printStackTrace(new java.io.PrintWriter(trace));
            simulation.violated("thrown: " + trace);
        } finally {
            SimulatedScheduler.leave();
        }
        return new Result(
                seed,
                simulation.violation,
                simulation.history.hash(),
                simulation.history.text(),
                simulation.tasks.steps(),
                simulation.reached);
    }

    /** End of a simulation whose violation is recorded. */
    private static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped() {
            super(null, null, false, false);
        }
    }

    private void violated(String what) {
        history.add("VIOLATION " + what);
        if (violation == null) {
            violation = "step " + tasks.steps() + ", " + (tasks.now() - Tasks.START) / 1_000_000 + " ms: " + what;
        }
    }

    private void run() {
        Understudy understudy = understudy();
        ChatProvider resuming =
                ResumingProvider.over(understudy, chance.of(0.7) ? ResumePolicy.exact() : ResumePolicy.restarting());
        plan(understudy, resuming);
        runUntil(HEALED);
        runUntil(RECOVERED);
        for (Caller caller : callers) {
            if (!caller.isOver()) {
                violated("call " + caller.call + " never ended");
            }
        }
        checkAmplification();
        checkEnds();
        if (!closing) {
            recover(understudy);
        }
        runUntil(END);
        for (ProviderStatus status : understudy.control().status()) {
            if (status.inFlight() != 0) {
                violated(status.provider() + " has " + status.inFlight() + " calls in flight at the end");
            }
            if (!closing && !status.keyCooldowns().isEmpty()) {
                violated(status.provider() + " has keys that cool down at the end: " + status.keyCooldowns());
            }
            if (!closing && status.circuits().values().stream().anyMatch(s -> s != CircuitState.CLOSED)) {
                violated(status.provider() + " has a circuit that is not closed at the end: " + status.circuits());
            }
        }
        ends.forEach((id, count) -> {
            if (count != 1) {
                violated("call number " + id + " has " + count + " last events");
            }
        });
        if (ends.size() != started) {
            violated(started + " calls were begun, and " + ends.size() + " have a last event");
        }
        understudy.close();
        runUntil(END + 3_600 * SECOND);
        List<String> left = tasks.left();
        if (!left.isEmpty()) {
            violated("left after the end: " + left);
        }
        for (Vendor vendor : vendors) {
            if (!vendor.site.connections.isEmpty()) {
                violated("open after the end: " + vendor.site.connections);
            }
        }
        long bytes = network.allocator().metric().usedHeapMemory()
                + network.allocator().metric().usedDirectMemory();
        if (bytes != 0) {
            violated(bytes + " bytes of buffers are not released");
        }
    }

    /** The end of a body is awaited for a short time once all of the answer is there. */
    private void checkEnds() {
        for (Caller caller : callers) {
            for (Vendor vendor : vendors) {
                Long whole = vendor.name.equals(caller.provider) ? vendor.whole.get(caller.call) : null;
                if (whole != null && caller.isServed() && caller.waitedSince(whole) > DRAIN) {
                    violated("call " + caller.call + " waited " + caller.waitedSince(whole) / 1_000_000
                            + " ms for the end of a body");
                }
            }
        }
    }

    private void checkAmplification() {
        for (Vendor vendor : vendors) {
            vendor.requests.forEach((call, count) -> {
                if (count > REQUESTS) {
                    violated("call " + call + " asked " + vendor.name + " " + count + " times");
                }
            });
            attemptRules.check(vendor.name, (HEALED - Tasks.START) / (double) SECOND);
        }
    }

    private void runUntil(long instant) {
        while (violation == null && tasks.step(instant)) {
            if (tasks.steps() > 2_000_000) {
                violated("the simulation does not end");
            }
        }
        if (violation != null) {
            throw new Stopped();
        }
    }

    private Understudy understudy() {
        UnderstudyBuilder builder = Understudy.builder()
                .listener(this::happened)
                .random(chance.split().generator());
        SimulatedLoops loops = new SimulatedLoops(tasks, network);
        int providers = large ? chance.between(1, 4) : chance.between(1, 2);
        for (int i = 0; i < providers; i++) {
            boolean secure = chance.of(SECURE);
            Vendor vendor = new Vendor("p" + i, chance.pick(Wire.values()), i + 1, shared.split());
            vendors.add(vendor);
            network.add(vendor.site);
            vendor.keepAlive = chance.nanos(2_000, 90_000);
            if (secure) {
                double http2 = chance.of(0.1) ? 0.5 : chance.of(0.85) ? 1 : 0;
                vendor.tls = new Vendor.Tls(http2, chance.of(0.3) ? chance.between(1, 3) : 100);
            }
            ProviderOptions options = ProviderOptions.defaults();
            if (chance.of(0.2)) {
                options = options.withLimits(ProviderOptions.RateLimits.none()
                        .withConcurrent(chance.between(1, 3))
                        .withQueue(chance.between(0, 3)));
            }
            builder.provider(provider(vendor, loops), options);
        }
        if (chance.of(0.15)) {
            Capabilities can = chance.of(0.5)
                    ? Capabilities.of(Feature.STREAMING)
                    : Capabilities.of(Feature.STREAMING, Feature.PREFILL);
            OwnProvider provider = new OwnProvider("own", can, shared.split());
            own.add(provider);
            builder.provider(provider);
        }
        if (chance.of(0.3)) {
            builder.hedging(HedgingPolicy.defaults().withMaxExtra(0.5));
        }
        if (chance.of(0.3)) {
            int seconds = large ? chance.between(5, 30) : chance.between(30, 180);
            builder.healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(seconds)));
        }
        builder.selection(chance.pick(Selection.sequential(), Selection.weighted(), Selection.leastLatency()));
        return builder.build();
    }

    private ChatProvider provider(Vendor vendor, SimulatedLoops loops) {
        String[] keys = IntStream.range(0, chance.between(vendor.wire == Wire.OLLAMA ? 0 : 1, 3))
                .mapToObj(i -> "k" + i + vendor.name)
                .toArray(String[]::new);
        boolean secure = vendor.tls != null;
        vendor.site.secure = secure;
        boolean http2 = secure && chance.of(0.9);
        Transport transport = Transport.defaults()
                .withWire(!secure ? Transport.Wire.UNENCRYPTED : http2 ? Transport.Wire.HTTP2 : Transport.Wire.HTTP1)
                .withProxy(Transport.Proxy.none())
                .withMaxConnections(chance.between(2, 8))
                .withClient(client -> client(client, secure, loops));
        if (chance.of(secure ? 0.4 : 0.1)) {
            Duration life = Duration.ofMillis(chance.between(1_000, 30_000));
            transport = transport.withMaxLifeTime(life);
            vendor.site.maxLifeTime = life.toNanos();
        }
        String scheme = secure ? "https://" : "http://";
        Endpoint endpoint = Endpoint.of(vendor.name, scheme + vendor.site.host + "/v1", transport, keys);
        if (chance.of(0.7)) {
            endpoint = endpoint.withModel(MODEL, Capabilities.of(Feature.STREAMING, Feature.PREFILL));
        }
        ChatProvider provider =
                switch (vendor.wire) {
                    case OPENAI -> Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults());
                    case ANTHROPIC -> Providers.anthropic(endpoint);
                    case GEMINI -> Providers.gemini(endpoint);
                    case OLLAMA -> Providers.ollama(endpoint);
                };
        Replacements.install(provider, http2, tasks, loops.next());
        return provider;
    }

    private HttpClient client(HttpClient client, boolean secure, SimulatedLoops loops) {
        // Names first: reactor-netty keeps a resolver of its own for all loops of a client without one, for ever.
        HttpClient simulated = client.resolver(network.resolver()).runOn(loops, false);
        return secure ? simulated.secure(tls -> tls.sslContext(TlsClient.CONTEXT)) : simulated;
    }

    /** Plans calls and what happens to the world, up to the time when all is well again. */
    private void plan(Understudy understudy, ChatProvider resuming) {
        int calls = large ? chance.between(3, 14) : chance.between(1, 4);
        long busy = large || chance.of(0.2) ? TROUBLE : chance.nanos(5_000, 20_000);
        long first = chance.of(0.3) ? chance.jitter(busy - BURST) : -1; // of a burst
        long last = 0;
        for (int i = 0; i < calls; i++) {
            int call = i;
            long at = first < 0 ? chance.jitter(busy) : first + chance.jitter(BURST);
            tasks.schedule(world, at, () -> begin(call, understudy, resuming));
            last = Math.max(last, at);
        }
        for (Vendor vendor : vendors) {
            vendor.faulty = chance.of(0.3) ? 0 : chance.between(5, 80) / 100.0;
            vendor.only = chance.of(0.3) ? chance.pick(Vendor.Fault.values()) : null;
            vendor.capacity = chance.of(0.2) ? chance.between(1, 3) : Integer.MAX_VALUE;
            vendor.site.latency = chance.nanos(0, 60);
            vendor.pace = chance.between(1, 200);
            if (vendor.tls != null) {
                vendor.tls.takes = chance.nanos(0, 100);
            }
        }
        own.forEach(provider -> provider.faulty = chance.of(0.2) ? 0 : chance.between(5, 80) / 100.0);
        int troubles = chance.between(0, large ? 6 : 2);
        for (int i = 0; i < troubles; i++) {
            Vendor vendor = vendors.get(chance.between(0, vendors.size() - 1));
            long at = chance.jitter(busy);
            long lasts = chance.nanos(100, 20_000);
            int kind = vendor.tls != null && chance.of(0.3) ? chance.between(8, 9) : chance.between(0, 7);
            tasks.schedule(world, at, () -> trouble(vendor, kind, lasts));
        }
        closing = chance.of(0.1);
        if (closing) {
            boolean atOnce = chance.of(0.5);
            long at = chance.of(0.5) ? chance.jitter(busy) : last + chance.jitter(SECOND / 2);
            tasks.schedule(world, at, () -> close(understudy, atOnce));
        }
        tasks.schedule(world, HEALED - Tasks.START - SECOND, this::heal);
    }

    private void close(Understudy understudy, boolean atOnce) {
        reached.add("closed while calls are in flight");
        history.add("close");
        if (!atOnce) {
            understudy
                    .closeGracefully(Duration.ofMillis(chance.between(0, 10_000)))
                    .subscribe();
            return;
        }
        if (network.isOpening()) {
            reached.add("closed while a connection is opened");
        }
        understudy.close();
        int openings = network.openings();
        tasks.schedule(world, CLOSED, () -> {
            if (network.isOpening()) {
                violated("a connection is opened after the client is closed");
            }
        });
        tasks.schedule(world, RECOVERED - tasks.now() - SECOND, () -> {
            if (network.openings() != openings) {
                violated("connections are opened after the client is closed");
            }
        });
    }

    private void trouble(Vendor vendor, int kind, long lasts) {
        Network.Site site = vendor.site;
        history.add("trouble " + kind + " at " + vendor.name);
        switch (kind) {
            case 0 -> {
                reached.add("restart");
                network.restart(site);
                site.accepts = Network.Accepts.REFUSES;
            }
            case 1 -> {
                reached.add("partition");
                site.silent = true;
            }
            case 2 -> {
                reached.add("connections not accepted");
                site.accepts = Network.Accepts.SILENT;
            }
            case 3 -> {
                reached.add("unknown host");
                site.known = false;
            }
            case 4 -> {
                reached.add("another address");
                network.restart(site);
                site.address += 256;
            }
            case 5 -> {
                reached.add("dead connections");
                site.connections.forEach(Network.Connection::die);
            }
            case 6 -> {
                reached.add("slow network");
                site.latency = chance.nanos(500, 3_000);
            }
            case 7 -> {
                reached.add("another address for new connections");
                site.address += 256;
            }
            case 8 -> {
                if (vendor.tls != null) {
                    vendor.tls.handshake = chance.pick(TlsServer.Handshake.values());
                }
            }
            default -> {
                if (vendor.tls != null) {
                    reached.add("slow handshake");
                    vendor.tls.takes = chance.nanos(500, 6_000);
                }
            }
        }
        tasks.schedule(world, lasts, () -> well(vendor));
    }

    private void well(Vendor vendor) {
        vendor.site.accepts = Network.Accepts.YES;
        vendor.site.silent = false;
        vendor.site.known = true;
        vendor.site.latency = Math.min(vendor.site.latency, 60_000_000);
        if (vendor.tls != null) {
            vendor.tls.handshake = TlsServer.Handshake.COMPLETES;
            vendor.tls.takes = Math.min(vendor.tls.takes, 100_000_000);
        }
    }

    private void heal() {
        history.add("well again");
        for (Vendor vendor : vendors) {
            well(vendor);
            vendor.faulty = 0;
            vendor.capacity = Integer.MAX_VALUE;
        }
        own.forEach(provider -> provider.faulty = 0);
    }

    private void begin(int call, Understudy understudy, ChatProvider resuming) {
        ChatRequest request = ChatRequest.of(MODEL, Answers.prompt(call));
        if (chance.of(0.5)) {
            request = request.withTemperature(0.0);
        }
        long timeout = chance.of(0.2) ? chance.nanos(500, 30_000) : 0;
        Context with = timeout == 0
                ? Context.empty()
                : CallContext.timeout(Duration.ofNanos(timeout)).apply(Context.empty());
        int mode = Math.min(2, chance.between(0, 3)); // whole, streamed, and twice as often resumed
        boolean slow = mode > 0 && chance.of(0.3);
        Caller caller =
                new Caller(call, mode == 0, with, tasks, history, this::violated, slow ? this::later : this::all);
        caller.patient = mode == 2;
        if (timeout > 0) {
            caller.deadline = tasks.now() + timeout + LATE;
        }
        callers.add(caller);
        history.add("begin " + call + " mode " + mode + (slow ? " slow" : ""));
        Flux<?> answer = mode == 0
                ? understudy.chat(request).flux()
                : mode == 1 ? understudy.stream(request) : resuming.stream(request);
        Tasks.Lane lane = new Tasks.Lane("caller-" + call);
        tasks.execute(lane, () -> {
            subscribed = call;
            answer.subscribe(caller);
            subscribed = -1;
        });
        if (chance.of(0.15)) {
            tasks.schedule(lane, chance.jitter(15 * SECOND), () -> {
                reached.add("cancelled");
                caller.cancel();
            });
        }
    }

    private void all(Caller caller) {
        caller.request(Long.MAX_VALUE);
    }

    /** Requests a few more items after a pause. */
    private void later(Caller caller) {
        tasks.schedule(
                world,
                chance.jitter(chance.of(0.02) ? 40 * SECOND : SECOND / 2),
                () -> caller.request(chance.between(1, 4)));
    }

    /** Asks each provider alone: all of them must serve. */
    private void recover(Understudy understudy) {
        List<String> names = Stream.concat(
                        vendors.stream().map(vendor -> vendor.name),
                        own.stream().map(OwnProvider::name))
                .toList();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String[] others =
                    names.stream().filter(other -> !other.equals(name)).toArray(String[]::new);
            Caller caller = new Caller(
                    Answers.SHORT + i * Answers.PERIOD,
                    false,
                    CallContext.avoid(others).apply(Context.empty()),
                    tasks,
                    history,
                    this::violated,
                    this::all);
            callers.add(caller);
            tasks.schedule(
                    world, i * SECOND, () -> understudy.stream(ChatRequest.of(MODEL, Answers.prompt(caller.call)))
                            .subscribe(caller));
            tasks.schedule(world, 50 * SECOND, () -> {
                if (!name.equals(caller.provider)) {
                    violated(name + " is not used though it is well: " + caller.outcome + " " + caller.error);
                }
            });
        }
    }

    /** Replaces the fingerprints of keys, which differ between JVMs, by numbers. */
    private String named(String text) {
        Matcher key = KEY.matcher(text);
        return key.replaceAll(found -> "key " + keys.computeIfAbsent(found.group(), any -> keys.size()));
    }

    private void noteAttempt(Event.AttemptStarted one) {
        Integer call = calls.get(one.call().number());
        for (Vendor vendor : vendors) {
            if (call != null && vendor.name.equals(one.provider())) {
                vendor.attempts.put(call, tasks.now());
            }
        }
        for (Caller caller : callers) {
            if (call != null && caller.call == call && tasks.now() > caller.deadline) {
                violated("an attempt begins " + (tasks.now() - caller.deadline) / 1_000_000
                        + " ms after the deadline of call " + call);
            }
        }
    }

    /** The client's part of a call ends by its deadline, that of a resumed stream when its reader requested the rest. */
    private void checkInTime(long number) {
        Integer call = calls.get(number);
        for (Caller caller : callers) {
            if (call != null
                    && caller.call == call
                    && !caller.patient
                    && tasks.now() - Caller.FOR_THE_READER > caller.deadline) {
                violated("call " + call + " ended in the client " + (tasks.now() - caller.deadline) / 1_000_000
                        + " ms after its deadline");
            }
        }
    }

    private void happened(Event event) {
        String kind = event.getClass().getSimpleName();
        reached.add(kind);
        attemptRules.happened(event);
        StringBuilder line = new StringBuilder(kind);
        if (event.call() != null) {
            line.append(' ').append(event.call().number());
        }
        if (event.call() != null && subscribed >= 0) {
            calls.putIfAbsent(event.call().number(), subscribed);
        }
        if (event instanceof Event.AttemptStarted one) {
            noteAttempt(one);
            line.append(' ').append(one.provider()).append(" attempt ").append(one.attempt());
        } else if (event instanceof Event.AttemptFailed one) {
            line.append(' ')
                    .append(one.attempt().provider())
                    .append(' ')
                    .append(one.attempt().failure());
            FailureKind failure = one.attempt().failure().kind();
            reached.add("failure " + failure);
        } else if (event instanceof Event.CircuitStateChanged one) {
            line.append(' ').append(one);
            reached.add("circuit " + one.to());
        } else if (event instanceof Event.RouteSkipped one) {
            line.append(' ')
                    .append(one.attempt().provider())
                    .append(' ')
                    .append(one.attempt().failure());
        } else if (event instanceof Event.ProviderReported one) {
            line.append(' ').append(named(one.providerEvent().toString()));
            reached.add(one.providerEvent().getClass().getSimpleName());
        } else if (event instanceof Event.StreamTakenOver one) {
            reached.add("takeover by " + one.takeover().strategy());
        } else if (event instanceof Event.CallSucceeded
                || event instanceof Event.CallFailed
                || event instanceof Event.CallCancelled) {
            ends.merge(event.call().number(), 1, Integer::sum);
            checkInTime(event.call().number());
        }
        history.add(line.toString());
        if (event.call() != null) {
            started = (int) Math.max(started, event.call().number());
        }
    }
}
