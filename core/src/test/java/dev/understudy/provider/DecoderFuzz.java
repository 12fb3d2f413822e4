package dev.understudy.provider;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Feeds every framing, decoder and error reader with spoilt bytes, for a budget of time. Each input comes from one
 * number, so a finding is replayed by its target and number ({@code -Dunderstudy.fuzz.replay=target:number}), where the
 * same recordings are there or none were.
 */
final class DecoderFuzz {

    /** Processor time that one input may cost: more is a hang. */
    private static final long SLOW = TimeUnit.SECONDS.toNanos(2);

    /**
     * An input that something is wrong with.
     *
     * @param how decides how the bytes are read, in what pieces for one
     */
    record Finding(String target, long number, long how, byte[] bytes, Throwable what) {

        /** The same, with whatever is left out that is not needed for the same thing to go wrong. */
        Finding smaller(FuzzTarget of) {
            return new Finding(target, number, how, DecoderFuzz.smaller(of, bytes, how, what), what);
        }

        @Override
        public String toString() {
            String top = what.getStackTrace().length == 0 ? "" : " at " + what.getStackTrace()[0];
            return target + ":" + number + " " + what + top + "\n  base64 "
                    + Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, Math.min(bytes.length, 2000)))
                    + "\n  text "
                    + new String(bytes, 0, Math.min(bytes.length, 500), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    final Map<String, Long> runs = new LinkedHashMap<>();
    final Map<String, Finding> findings = new LinkedHashMap<>();

    private final List<FuzzTarget> targets;
    private volatile String now = "";

    DecoderFuzz(List<FuzzTarget> targets) {
        this.targets = targets;
    }

    /** Runs all targets in turns until the time is over, from a first number on. */
    void run(long seconds, long first) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Thread worker = new Thread(() -> turns(end, first), "fuzz");
        worker.setDaemon(true);
        worker.start();
        try {
            worker.join(TimeUnit.SECONDS.toMillis(seconds + 60));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            AssertionError hang = new AssertionError("hangs");
            hang.setStackTrace(worker.getStackTrace());
            String[] at = now.split(":", 2);
            findings.put("hang", new Finding(at[0], Long.parseLong(at[1]), 0, new byte[0], hang));
        }
    }

    private void turns(long end, long first) {
        for (long number = first; System.nanoTime() < end; number++) {
            for (FuzzTarget target : targets) {
                now = target.name + ":" + number;
                Finding finding = once(target, number);
                runs.merge(target.name, 1L, Long::sum);
                if (finding != null) {
                    findings.computeIfAbsent(
                            (finding.what() instanceof AssertionError ? target.name : "") + signature(finding.what()),
                            none -> finding.smaller(target));
                }
            }
        }
    }

    /** One input of a target, cut, or spoilt, or both. */
    static @Nullable Finding once(FuzzTarget target, long number) {
        Random random = new Random(number * 0x9E3779B97F4A7C15L);
        random.nextInt();
        int seed = random.nextInt(target.seeds.size());
        byte[] whole = target.seeds.get(seed);
        if (random.nextInt(8) == 0) {
            int at = random.nextInt(whole.length + 1);
            try {
                if (target.cut(seed, at)) {
                    return null;
                }
            } catch (Throwable wrong) {
                return new Finding(target.name, number, 0, Arrays.copyOf(whole, at), wrong);
            }
        }
        byte[] spoilt = FuzzMutations.spoil(whole, target.seeds, random);
        long how = random.nextLong();
        Throwable wrong = read(target, spoilt, how);
        return wrong == null ? null : new Finding(target.name, number, how, spoilt, wrong);
    }

    /** What is wrong with how an input is read; null if nothing is. */
    static @Nullable Throwable read(FuzzTarget target, byte[] bytes, long how) {
        long began = System.nanoTime();
        try {
            target.read(bytes, new Random(how));
        } catch (Throwable wrong) {
            return wrong;
        }
        return System.nanoTime() - began < SLOW ? null : slow(target, bytes, how);
    }

    /** The machine may have been busy with something else: only the processor's time counts, which is dear to ask. */
    private static @Nullable Throwable slow(FuzzTarget target, byte[] bytes, long how) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long began = clock.getCurrentThreadCpuTime();
        target.read(bytes, new Random(how));
        long took = clock.getCurrentThreadCpuTime() - began;
        return took < SLOW ? null : new AssertionError("slow: " + TimeUnit.NANOSECONDS.toMillis(took) + " ms");
    }

    /** Leaves out whatever is not needed for the same thing to go wrong. */
    private static byte[] smaller(FuzzTarget target, byte[] found, long how, Throwable wrong) {
        byte[] small = found;
        int left = 2_000;
        for (int size = Math.max(1, found.length / 2); size >= 1; size /= 2) {
            for (int at = 0; at + size <= small.length && left > 0; left--) {
                byte[] less = new byte[small.length - size];
                System.arraycopy(small, 0, less, 0, at);
                System.arraycopy(small, at + size, less, at, less.length - at);
                Throwable still = read(target, less, how);
                if (still != null && signature(still).equals(signature(wrong))) {
                    small = less;
                } else {
                    at += size;
                }
            }
        }
        return small;
    }

    /** Where in our own code it went wrong, and how. */
    private static String signature(Throwable wrong) {
        String said = String.valueOf(wrong.getMessage());
        String where = Arrays.stream(wrong.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.understudy"))
                .map(frame -> frame.getClassName() + ":" + frame.getLineNumber())
                .findFirst()
                .orElse("");
        return wrong.getClass().getName() + " " + where + " "
                + (wrong instanceof AssertionError ? said.substring(0, Math.min(8, said.length())) : "");
    }

    List<String> report() {
        List<String> lines = new ArrayList<>();
        runs.forEach((target, count) -> lines.add(String.format("%-28s %,12d inputs", target, count)));
        lines.add(String.format(
                "%-28s %,12d inputs",
                "all", runs.values().stream().mapToLong(n -> n).sum()));
        findings.values().forEach(each -> lines.add("FOUND " + each));
        return lines;
    }
}
